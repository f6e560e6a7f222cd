package op

import (
	"fmt"
	"slices"
)

// Mode is the set of rules that a provider keeps. The zero value is CIS2:
// exactly what is known of the real one and nothing more, so that no
// application comes to rely on what the real one lacks.
type Mode struct {
	Name       string   // cis2, extended, fapi2 or lenient; empty is cis2
	Extras     bool     // what OpenID Connect and OAuth have and CIS2 does not show; see Extended
	Require    Require  // what is asked beyond CIS2
	Lax        Lax      // what is let pass that should not be
	Algorithms []string // of private_key_jwt; nil is RS256 and RS512
	Signing    []string // of ID tokens, the first is the default; nil is RS256
}

// Require is what FAPI 2.0 asks for beyond CIS2. Zero asks for none of it.
type Require struct {
	PAR            bool // the request comes by the pushed authorization request endpoint (RFC 9126)
	PKCE           bool // a code_challenge, S256 (RFC 7636)
	DPoP           bool // access tokens are bound to a key (RFC 9449)
	DPoPNonce      bool // every DPoP proof carries a nonce of ours (RFC 9449 section 8)
	PrivateKey     bool // private_key_jwt is the only client authentication
	IssuerAudience bool // aud of a client assertion is the issuer, as a string
}

// Lax names each way in which demonstrations may be careless. Every field
// weakens the provider; zero weakens nothing.
type Lax struct {
	AnyRedirect       bool // a redirect_uri that nobody registered is used
	AnyMethod         bool // a client authenticates by any method that it has the means for
	AnyAudience       bool // aud of an assertion may be any endpoint of ours, in a list too
	LongAssertions    bool // an assertion may live as long as it says
	PlainPKCE         bool // code_challenge_method may be plain or missing
	PublicWithoutPKCE bool // a client without credentials may leave PKCE out
	UnknownScopes     bool // a scope that is not known is dropped, not refused
	AnyOrigin         bool // scripts of any origin may read answers (CORS)
}

// Named lists the carelessnesses that are on, by field name.
func (l Lax) Named() []string {
	names := []string{}
	for _, f := range []struct {
		name string
		on   bool
	}{{"AnyRedirect", l.AnyRedirect}, {"AnyMethod", l.AnyMethod}, {"AnyAudience", l.AnyAudience}, {"LongAssertions", l.LongAssertions},
		{"PlainPKCE", l.PlainPKCE}, {"PublicWithoutPKCE", l.PublicWithoutPKCE}, {"UnknownScopes", l.UnknownScopes}, {"AnyOrigin", l.AnyOrigin}} {
		if f.on {
			names = append(names, f.name)
		}
	}
	return names
}

// Extended is as strict as CIS2 and has what it does not show: form_post,
// introspection, revocation, refresh tokens for offline_access with
// prompt=consent, PAR and DPoP for those who use them, clients without
// credentials (with PKCE), CORS for registered origins, and the issuer as
// audience of an assertion beside the token endpoint.
func Extended() Mode {
	return Mode{Name: "extended", Extras: true, Algorithms: []string{"RS256", "RS512", "PS256", "ES256", "EdDSA"}, Signing: []string{"RS256", "PS256", "ES256"}}
}

// FAPI2 is the FAPI 2.0 Security Profile: PAR, PKCE, DPoP, private_key_jwt by
// PS256, ES256 or EdDSA with the issuer as audience.
func FAPI2() Mode {
	return Mode{Name: "fapi2", Extras: true, Algorithms: []string{"PS256", "ES256", "EdDSA"}, Signing: []string{"PS256", "ES256"},
		Require: Require{PAR: true, PKCE: true, DPoP: true, PrivateKey: true, IssuerAudience: true}}
}

// Lenient is Extended for demonstrations: every carelessness is on.
func Lenient() Mode {
	m := Extended()
	m.Name = "lenient"
	m.Lax = Lax{AnyRedirect: true, AnyMethod: true, AnyAudience: true, LongAssertions: true, PlainPKCE: true, PublicWithoutPKCE: true, UnknownScopes: true, AnyOrigin: true}
	return m
}

// ModeNamed is the mode of this name. It fails on an unknown one.
func ModeNamed(name string) (Mode, error) {
	switch name {
	case "", "cis2":
		return Mode{Name: "cis2"}, nil
	case "extended":
		return Extended(), nil
	case "fapi2":
		return FAPI2(), nil
	case "lenient":
		return Lenient(), nil
	}
	return Mode{}, fmt.Errorf("no mode %q: there are cis2, extended, fapi2 and lenient", name)
}

// algorithms are those of client assertions by key.
func (m Mode) algorithms() []string {
	if m.Algorithms == nil {
		return []string{"RS256", "RS512"}
	}
	return m.Algorithms
}

// Default is the algorithm of ID tokens for clients that name none.
func (m Mode) Default() string { return m.signing()[0] }

// signing are the algorithms of ID tokens.
func (m Mode) signing() []string {
	if m.Signing == nil {
		return []string{"RS256"}
	}
	return m.Signing
}

// methods are the client authentications that the mode has.
func (m Mode) methods() []string {
	switch {
	case m.Require.PrivateKey:
		return []string{"private_key_jwt"}
	case m.Extras:
		return []string{"client_secret_post", "client_secret_basic", "client_secret_jwt", "private_key_jwt", "none"}
	}
	return []string{"client_secret_post", "client_secret_basic", "client_secret_jwt", "private_key_jwt"}
}

// scopes are those of CIS2, and offline_access where there are refresh tokens.
func (m Mode) scopes() []string {
	if m.Extras {
		return append(slices.Clone(Scopes), "offline_access")
	}
	return Scopes
}

// responseModes are how an answer may travel back.
func (m Mode) responseModes() []string {
	if m.Extras {
		return []string{"query", "form_post"}
	}
	return []string{"query"}
}

// grants are the grant types of the token endpoint.
func (m Mode) grants() []string {
	if m.Extras {
		return []string{"authorization_code", "refresh_token"}
	}
	return []string{"authorization_code"}
}
