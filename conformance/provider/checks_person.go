package provider

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// idTokenChecks are about what the ID token and the access token say.
func idTokenChecks() []suite.Check {
	return []suite.Check{
		{ID: "provider.sub-digits", Title: "sub is the holder's twelve digits", Source: "NHS CIS2 ID token claims", Requires: cis2Card, Proof: "provider.sub-not-digits", Because: "twelve digits", Run: claims(subDigits)},
		{ID: "provider.sid", Title: "The ID token has a sid", Source: "NHS CIS2 ID token claims; OpenID Connect Back-Channel Logout 1.0 §2.1", Requires: cis2Card, Proof: "provider.missing-sid", Because: "sid", Run: claims(textual("sid"))},
		{ID: "provider.platform-claims", Title: "The ID token has the claims of CIS2's platform", Source: "NHS CIS2 ID token claims", Requires: cis2Card, Proof: "provider.forgerock-missing", Because: "auditTrackingId", Run: claims(platformClaims)},
		{ID: "provider.c-hash", Title: "c_hash is of the code", Source: "OpenID Connect Core 1.0 §3.3.2.11; NHS CIS2 ID token claims", Requires: cis2Card, Proof: "provider.invalid-c-hash", Because: "c_hash", Run: cHash},
		{ID: "provider.s-hash", Title: "s_hash is of the state", Source: "FAPI 1.0 Part 2 §5.1.1; NHS CIS2 ID token claims", Requires: cis2Card, Proof: "provider.invalid-s-hash", Because: "s_hash", Run: sHash},
		{ID: "provider.id-token-life", Title: "The ID token is good for an hour", Source: "NHS CIS2 ID token claims", Requires: cis2Card, Proof: "provider.id-token-lives-a-year", Because: "hour", Run: claims(idTokenLife)},
		{ID: "provider.role-unasked", Title: "Without selectedrole no role is in the ID token", Source: "NHS CIS2 guidance, role selection", Requires: cis2Card, Proof: "provider.role-unasked", Because: "selected_roleid", Run: claims(roleUnasked)},
		{ID: "provider.access-token-jwt", Title: "The access token is a JWT of the same issuer without aud", Source: "NHS CIS2 token response", Requires: cis2Card, Proof: "provider.opaque-access-token", Because: "no JWT", Run: accessTokenJWT},
	}
}

// userInfoChecks are about the userinfo endpoint.
func userInfoChecks() []suite.Check {
	list := []suite.Check{
		{ID: "provider.userinfo-post-header", Title: "Userinfo answers POST with the token in the header", Source: "OpenID Connect Core 1.0 §5.3.1; oidcc userinfo-post-header", Requires: signedIn, Proof: "provider.userinfo-get-only", Because: "405", Run: userInfoPostHeader},
		{ID: "provider.userinfo-post-body", Title: "Userinfo answers POST with the token in the form", Source: "RFC 6750 §2.2; oidcc userinfo-post-body", Requires: signedIn, Proof: "provider.userinfo-get-only", Because: "405", Run: userInfoPostBody},
		{ID: "provider.userinfo-no-token", Title: "Userinfo without a token is answered 401 and a Bearer challenge", Source: "RFC 6750 §3", Requires: anyProvider, Proof: "provider.userinfo-errors-200", Because: "without a token", Run: userInfoRefuses("without a token", "")},
		{ID: "provider.userinfo-bad-token", Title: "Userinfo with a token that was never given is answered 401 and invalid_token", Source: "RFC 6750 §3.1", Requires: anyProvider, Proof: "provider.userinfo-errors-200", Because: "never given", Run: userInfoRefuses("with a token that was never given", "bm9ib2R5cw")},
		{ID: "provider.userinfo-query", Title: "Userinfo takes no token from the query", Source: "RFC 9700 §4.3.2", Requires: signedIn, Proof: "provider.userinfo-token-in-query", Because: "query", Run: userInfoQuery},
		{ID: "provider.userinfo-json", Title: "Userinfo is JSON and says so", Source: "OpenID Connect Core 1.0 §5.3.2", Requires: signedIn, Proof: "provider.userinfo-as-text", Because: "text/plain", Run: userInfoJSON},
		{ID: "provider.scope-openid-only", Title: "The scope openid alone brings sub and nothing of a person", Source: "OpenID Connect Core 1.0 §5.4; NHS CIS2 scopes", Requires: cis2Card, Proof: "provider.scopes-ignored", Because: "openid alone", Run: scopeOpenIDOnly},
		{ID: "provider.role-spelling", Title: "Roles are spelled as CIS2 spells them: workgroups_codes, and quotes inside role_name", Source: "NHS CIS2 userinfo shapes", Requires: cis2Card, Proof: "provider.role-names-tidied", Because: "role", Run: roleSpelling},
	}
	for _, s := range []struct {
		scope  string
		claims []string
	}{
		{"profile", []string{"name", "family_name", "given_name", "uid"}},
		{"email", []string{"email"}},
		{"nhsperson", []string{"nhsid_useruid", "title", "idassurancelevel", "display_name"}},
		{"associatedorgs", []string{"nhsid_user_orgs"}},
		{"nationalrbacaccess", []string{"nhsid_nrbac_roles"}},
		{"professionalmemberships", []string{"gmc_id"}},
		{"organisationalmemberships", []string{"nhsid_org_memberships"}},
	} {
		list = append(list, suite.Check{ID: "provider.scope-" + s.scope, Title: "The scope " + s.scope + " brings " + strings.Join(s.claims, ", "), Source: "NHS CIS2 guidance, scopes and claims; oidcc scope-all", Requires: cis2Card, Proof: "provider.userinfo-bare", Because: "lacks " + s.claims[0], Run: scopeBrings(s.scope, s.claims)})
	}
	return list
}

// claims judges the claims of an ID token.
func claims(judge func(t *target.Target, c map[string]any) error) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		s, err := signIn(ctx, t, journey.Options{})
		if err != nil {
			return err
		}
		return judge(t, s.Claims)
	}
}

// textual wants claims that are strings and not empty.
func textual(names ...string) func(*target.Target, map[string]any) error {
	return func(_ *target.Target, c map[string]any) error {
		for _, name := range names {
			if s, _ := c[name].(string); s == "" {
				return fmt.Errorf("%s is %v, not a string that says something", name, c[name])
			}
		}
		return nil
	}
}

var digits = regexp.MustCompile(`^[0-9]{12}$`)

func subDigits(_ *target.Target, c map[string]any) error {
	if sub, _ := c["sub"].(string); !digits.MatchString(sub) {
		return fmt.Errorf("sub is %v, not twelve digits", c["sub"])
	}
	return nil
}

func platformClaims(t *target.Target, c map[string]any) error {
	if err := textual("auditTrackingId", "realm", "org.forgerock.openidconnect.ops")(t, c); err != nil {
		return err
	}
	for name, want := range map[string]any{"tokenName": "id_token", "tokenType": "JWTToken", "subname": c["sub"], "idassurancelevel": c["id_assurance_level"]} {
		if c[name] != want {
			return fmt.Errorf("%s is %v, not %v", name, c[name], want)
		}
	}
	return nil
}

func idTokenLife(_ *target.Target, c map[string]any) error {
	iat, _ := c["iat"].(float64)
	exp, _ := c["exp"].(float64)
	if exp-iat != 3600 {
		return fmt.Errorf("the ID token is good for %v s, not an hour", exp-iat)
	}
	return nil
}

func roleUnasked(_ *target.Target, c map[string]any) error {
	if c["selected_roleid"] != nil {
		return fmt.Errorf("selected_roleid is %v though no role was asked for", c["selected_roleid"])
	}
	return nil
}

// half is the left half of a SHA-256 (OpenID Connect Core §3.3.2.11).
func half(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func cHash(ctx context.Context, t *target.Target) error {
	f, code, err := codeOf(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	return hashed(ctx, f, code, "c_hash", code)
}

func sHash(ctx context.Context, t *target.Target) error {
	f, code, err := codeOf(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	return hashed(ctx, f, code, "s_hash", f.State)
}

// hashed spends a code and compares a claim with the hash of what it is of.
func hashed(ctx context.Context, f *relyingparty.Flow, code, name, of string) error {
	token, err := f.Exchange(ctx, code)
	if err != nil {
		return err
	}
	s, err := f.Accept(ctx, token)
	if err == nil && s.Claims[name] != half(of) {
		err = fmt.Errorf("%s is %v, not %s", name, s.Claims[name], half(of))
	}
	return err
}

func accessTokenJWT(ctx context.Context, t *target.Target) error {
	s, err := signIn(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	c, err := payload(s.Token.AccessToken)
	if err != nil {
		return fmt.Errorf("the access token is no JWT: %w", err)
	}
	if c["iss"] != t.Issuer || c["sub"] != s.ID.Subject || c["aud"] != nil {
		return fmt.Errorf("the access token's iss is %v, sub %v, aud %v", c["iss"], c["sub"], c["aud"])
	}
	return nil
}

// payload is what a compact JWT claims, unverified.
func payload(token string) (map[string]any, error) { return part(token, 1) }

// part is one of the three parts of a compact JWT.
func part(token string, n int) (map[string]any, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("it has %d characters in %d parts, not three", len(token), len(parts))
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[n])
	if err != nil {
		return nil, err
	}
	c := map[string]any{}
	return c, json.Unmarshal(raw, &c)
}

// asked signs in with scopes and returns an access token and where userinfo is.
func asked(ctx context.Context, t *target.Target, scopes ...string) (token, address string, err error) {
	j, err := arrive(ctx, t, journey.Options{Scopes: scopes})
	if err != nil {
		return "", "", err
	}
	s, err := j.Flow.Finish(ctx, j.Page.URL)
	if err != nil {
		return "", "", err
	}
	return s.Token.AccessToken, j.App.Provider.UserInfoEndpoint(), nil
}

// bearer is the header of RFC 6750 §2.1.
func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// person is what userinfo says with a request.
func personOf(ctx context.Context, t *target.Target, method, address string, form url.Values, header http.Header) (answer, map[string]any, error) {
	a, err := call(ctx, t, method, address, form, header)
	if err != nil {
		return a, nil, err
	}
	if a.Status != http.StatusOK {
		return a, nil, refused{a.Status, a.Body}
	}
	doc := map[string]any{}
	if err := json.Unmarshal([]byte(a.Body), &doc); err != nil {
		return a, nil, err
	}
	if err := rightPerson(t, doc["sub"]); err != nil {
		return a, nil, fmt.Errorf("userinfo: %w", err)
	}
	return a, doc, nil
}

func userInfoPostHeader(ctx context.Context, t *target.Target) error {
	token, address, err := asked(ctx, t)
	if err == nil {
		_, _, err = personOf(ctx, t, http.MethodPost, address, nil, bearer(token))
	}
	return err
}

func userInfoPostBody(ctx context.Context, t *target.Target) error {
	token, address, err := asked(ctx, t)
	if err == nil {
		_, _, err = personOf(ctx, t, http.MethodPost, address, url.Values{"access_token": {token}}, nil)
	}
	return err
}

// userInfoRefuses wants a 401 with a challenge.
func userInfoRefuses(what, token string) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		doc, err := metadata(ctx, t)
		if err != nil {
			return err
		}
		address, _ := doc["userinfo_endpoint"].(string)
		header := http.Header{}
		if token != "" {
			header = bearer(token)
		}
		a, err := call(ctx, t, http.MethodGet, address, nil, header)
		if err != nil {
			return err
		}
		challenge := a.Header.Get("WWW-Authenticate")
		if a.Status != http.StatusUnauthorized || !strings.HasPrefix(challenge, "Bearer") {
			return fmt.Errorf("userinfo %s is answered %d with the challenge %q", what, a.Status, challenge)
		}
		if token != "" && !strings.Contains(challenge, "invalid_token") {
			return fmt.Errorf("userinfo %s has the challenge %q, without invalid_token", what, challenge)
		}
		return nil
	}
}

func userInfoQuery(ctx context.Context, t *target.Target) error {
	token, address, err := asked(ctx, t)
	if err != nil {
		return err
	}
	a, err := call(ctx, t, http.MethodGet, address, url.Values{"access_token": {token}}, nil)
	if err == nil && a.Status < 400 {
		err = fmt.Errorf("userinfo answers %d to a token in the query", a.Status)
	}
	return err
}

func userInfoJSON(ctx context.Context, t *target.Target) error {
	token, address, err := asked(ctx, t)
	if err != nil {
		return err
	}
	a, _, err := personOf(ctx, t, http.MethodGet, address, nil, bearer(token))
	if err == nil && !strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
		err = fmt.Errorf("userinfo is %q, not application/json", a.Header.Get("Content-Type"))
	}
	return err
}

func scopeOpenIDOnly(ctx context.Context, t *target.Target) error {
	token, address, err := asked(ctx, t, "openid")
	if err != nil {
		return err
	}
	_, doc, err := personOf(ctx, t, http.MethodGet, address, nil, bearer(token))
	if err == nil && len(doc) != 1 {
		err = fmt.Errorf("with openid alone userinfo has %d members", len(doc))
	}
	return err
}

// scopeBrings wants the claims of one scope.
func scopeBrings(scope string, names []string) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		token, address, err := asked(ctx, t, "openid", scope)
		if err != nil {
			return err
		}
		_, doc, err := personOf(ctx, t, http.MethodGet, address, nil, bearer(token))
		if err != nil {
			return err
		}
		for _, name := range names {
			if doc[name] == nil {
				return fmt.Errorf("with the scope %s userinfo lacks %s: it has %q", scope, name, slices.Sorted(maps.Keys(doc)))
			}
		}
		return nil
	}
}

func roleSpelling(ctx context.Context, t *target.Target) error {
	token, address, err := asked(ctx, t, "openid", "nationalrbacaccess")
	if err != nil {
		return err
	}
	_, doc, err := personOf(ctx, t, http.MethodGet, address, nil, bearer(token))
	if err != nil {
		return err
	}
	roles, _ := doc["nhsid_nrbac_roles"].([]any)
	if len(roles) == 0 {
		return fmt.Errorf("there is no role")
	}
	first, _ := roles[0].(map[string]any)
	if name, _ := first["role_name"].(string); !strings.Contains(name, `":"`) {
		return fmt.Errorf("role_name is %q, without its quotes", name)
	}
	for _, name := range []string{"person_orgid", "person_roleid", "org_code", "role_code", "workgroups_codes", "activity_codes"} {
		if first[name] == nil {
			return fmt.Errorf("the first role lacks %s", name)
		}
	}
	return nil
}
