package provider

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// dpopChecks are about tokens that are bound to a key of the application.
func dpopChecks() []suite.Check {
	const rfc = "RFC 9449 "
	binding := []target.Feature{target.DPoP, target.PAR, target.Login}
	const unchecked, unsealed, unbound = "provider.dpop-claims-unchecked", "provider.dpop-key-unchecked", "provider.dpop-unbound"
	return []suite.Check{
		{ID: "provider.dpop-discovery", Title: "Discovery names the algorithms of DPoP proofs, none of them symmetric", Source: rfc + "§5.1", Requires: []target.Feature{target.DPoP}, Proof: "provider.discovery-bare", Because: "dpop_signing_alg_values_supported", Run: dpopDiscovery},
		{ID: "provider.dpop-token", Title: "A token asked for with a proof is of the type DPoP and names the key", Source: rfc + "§5, §6.1", Requires: binding, Proof: "provider.dpop-as-bearer", Because: "token_type", Run: dpopToken},
		{ID: "provider.dpop-userinfo", Title: "A bound token opens userinfo with a proof of its key", Source: rfc + "§7.1", Requires: binding, Proof: "provider.error-500:endpoint=userinfo", Because: "answers 500", Run: dpopUserInfo},
		{ID: "provider.dpop-scheme", Title: "The scheme DPoP may be written in any case", Source: rfc + "§7.1; RFC 9110 §11.1", Requires: binding, Proof: "provider.dpop-scheme-case", Because: "dpop", Run: dpopScheme},
		{ID: "provider.dpop-bearer", Title: "A bound token is refused as a bearer token", Source: rfc + "§7.2", Requires: binding, Proof: unbound, Because: "as a bearer token", Run: dpopBearer},
		{ID: "provider.dpop-missing", Title: "A bound token without a proof is refused", Source: rfc + "§7.1", Requires: binding, Proof: unbound, Because: "without a proof", Run: dpopMissing},
		{ID: "provider.dpop-other-key", Title: "A bound token with a proof of another key is refused", Source: rfc + "§7.1, §4.3 item 12", Requires: binding, Proof: unbound, Because: "of another key", Run: dpopOtherKey},
		{ID: "provider.dpop-challenge", Title: "A refused bound token is answered with the challenge DPoP, error and algorithms", Source: rfc + "§7.1", Requires: binding, Proof: "provider.challenge-missing", Because: "WWW-Authenticate", Run: dpopChallenge},
		{ID: "provider.dpop-announced", Title: "A code asked for with the thumbprint of one key is of no use with another", Source: rfc + "§10", Requires: binding, Proof: unbound, Because: "another key than announced", Run: dpopAnnounced},
		{ID: "provider.dpop-pushed", Title: "A request pushed with a proof of another key than it announces is refused", Source: rfc + "§10.1", Requires: binding, Proof: "provider.par-anything", Because: "another key than announced", Run: dpopPushed},
		{ID: "provider.dpop-method", Title: "A proof for another method is refused", Source: rfc + "§4.3 item 8", Requires: binding, Proof: unchecked, Because: "for another method", Run: proofRefused("for another method", proof{Method: http.MethodGet})},
		{ID: "provider.dpop-address", Title: "A proof for another address is refused", Source: rfc + "§4.3 item 9", Requires: binding, Proof: unchecked, Because: "for another address", Run: proofRefused("for another address", proof{URL: "https://elsewhere.example.test/access_token"})},
		{ID: "provider.dpop-old", Title: "A proof of an hour ago is refused", Source: rfc + "§4.3 item 11, §11.1", Requires: binding, Proof: unchecked, Because: "of an hour ago", Run: proofRefused("of an hour ago", proof{Ago: time.Hour})},
		{ID: "provider.dpop-early", Title: "A proof of the next hour is refused", Source: rfc + "§4.3 item 11, §11.1", Requires: binding, Proof: unchecked, Because: "of the next hour", Run: proofRefused("of the next hour", proof{Ago: -time.Hour})},
		{ID: "provider.dpop-once", Title: "A proof is good once", Source: rfc + "§11.1", Requires: binding, Proof: unchecked, Because: "that comes again", Run: dpopOnce},
		{ID: "provider.dpop-access-token", Title: "A proof for another access token is refused", Source: rfc + "§4.3 item 12, §7.1", Requires: binding, Proof: unchecked, Because: "for another access token", Run: dpopAccessToken},
		{ID: "provider.dpop-nonce", Title: "A proof with a nonce that was never given is answered use_dpop_nonce with one, and that is accepted", Source: rfc + "§8", Requires: append([]target.Feature{target.DPoPNonce}, binding...), Proof: unchecked, Because: "never given", Run: dpopNonce},
		{ID: "provider.dpop-type", Title: "A proof of another type is refused", Source: rfc + "§4.3 item 4", Requires: binding, Proof: unsealed, Because: "of another type", Run: proofRefused("of another type", proof{Typ: "JWT"})},
		{ID: "provider.dpop-signature", Title: "A proof that another key signed than it shows is refused", Source: rfc + "§4.3 item 6", Requires: binding, Proof: unsealed, Because: "that another key signed", Run: proofRefused("that another key signed", proof{Forged: true})},
		{ID: "provider.dpop-private-key", Title: "A proof that shows a private key is refused", Source: rfc + "§4.3 item 7", Requires: binding, Proof: unsealed, Because: "that shows a private key", Run: proofRefused("that shows a private key", proof{Private: true})},
	}
}

func dpopDiscovery(ctx context.Context, t *target.Target) error {
	const name = "dpop_signing_alg_values_supported"
	doc, err := metadata(ctx, t)
	if err != nil {
		return err
	}
	list, _ := doc[name].([]any)
	for _, v := range list {
		if alg, _ := v.(string); alg == "none" || strings.HasPrefix(alg, "HS") {
			return fmt.Errorf("%s has %q", name, alg)
		}
	}
	return has(doc, name, "ES256")
}

func dpopToken(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	_, doc, err := s.tokens(ctx)
	if err != nil {
		return err
	}
	if doc["token_type"] != "DPoP" {
		return fmt.Errorf("token_type is %v, not DPoP", doc["token_type"])
	}
	want, err := thumbprint(s.key)
	if err != nil {
		return err
	}
	token, _ := doc["access_token"].(string)
	claims, err := payload(token)
	if err != nil {
		return nil // not a JWT: the key is the provider's own business
	}
	if confirmation, _ := claims["cnf"].(map[string]any); confirmation["jkt"] != want {
		return fmt.Errorf("cnf of the access token is %v, not the key's thumbprint", claims["cnf"])
	}
	return nil
}

// present shows a fresh bound token to userinfo.
func present(ctx context.Context, t *target.Target, show func(s *secured, token string) (answer, error)) (answer, error) {
	s, err := secure(ctx, t)
	if err != nil {
		return answer{}, err
	}
	token, err := s.bound(ctx)
	if err != nil {
		return answer{}, err
	}
	return show(s, token)
}

// presentRefused wants 401 for that.
func presentRefused(ctx context.Context, t *target.Target, what string, show func(s *secured, token string) (answer, error)) error {
	a, err := present(ctx, t, show)
	if err == nil && a.Status != http.StatusUnauthorized && a.Status != http.StatusBadRequest {
		err = fmt.Errorf("a bound token %s is answered %d", what, a.Status)
	}
	return err
}

// presentTaken wants it accepted.
func presentTaken(ctx context.Context, t *target.Target, scheme string) error {
	a, err := present(ctx, t, func(s *secured, token string) (answer, error) { return s.about(ctx, scheme, token, proof{}) })
	if err == nil && a.Status != http.StatusOK {
		err = fmt.Errorf("with the scheme %s userinfo answers %d: %.200s", scheme, a.Status, a.Body)
	}
	return err
}

func dpopUserInfo(ctx context.Context, t *target.Target) error { return presentTaken(ctx, t, "DPoP") }

func dpopScheme(ctx context.Context, t *target.Target) error { return presentTaken(ctx, t, "dpop") }

func dpopBearer(ctx context.Context, t *target.Target) error {
	return presentRefused(ctx, t, "as a bearer token", func(s *secured, token string) (answer, error) {
		return call(ctx, t, http.MethodGet, s.userinfo, nil, bearer(token))
	})
}

// bare shows a bound token without a proof.
func (s *secured) bare(ctx context.Context, token string) (answer, error) {
	return call(ctx, s.t, http.MethodGet, s.userinfo, nil, http.Header{"Authorization": {"DPoP " + token}})
}

func dpopMissing(ctx context.Context, t *target.Target) error {
	return presentRefused(ctx, t, "without a proof", func(s *secured, token string) (answer, error) { return s.bare(ctx, token) })
}

func dpopOtherKey(ctx context.Context, t *target.Target) error {
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	return presentRefused(ctx, t, "with a proof of another key", func(s *secured, token string) (answer, error) {
		return s.about(ctx, "DPoP", token, proof{Key: other})
	})
}

func dpopChallenge(ctx context.Context, t *target.Target) error {
	a, err := present(ctx, t, func(s *secured, token string) (answer, error) { return s.bare(ctx, token) })
	if err != nil {
		return err
	}
	said := a.Header.Get("WWW-Authenticate")
	if !strings.HasPrefix(said, "DPoP ") || !strings.Contains(said, "error=") || !strings.Contains(said, "algs=") {
		return fmt.Errorf("WWW-Authenticate is %q, not DPoP with error and algs", said)
	}
	return nil
}

// proofRefused wants a token request with a wrong proof refused.
func proofRefused(what string, p proof) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		s, err := secure(ctx, t)
		if err != nil {
			return err
		}
		header, err := s.proof(p)
		if err != nil {
			return err
		}
		return s.refusesProof(ctx, "a proof "+what, header, "invalid_dpop_proof")
	}
}

// refusesProof spends a fresh code with such headers, and wants it refused.
func (s *secured) refusesProof(ctx context.Context, what string, header http.Header, codes ...string) error {
	f, code, err := s.code(ctx)
	if err != nil {
		return err
	}
	a, err := s.redeem(ctx, f, code, header)
	if err != nil {
		return err
	}
	return refusesAnswer(a, what, codes...)
}

func dpopAnnounced(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	announced, err := thumbprint(s.key)
	if err != nil {
		return err
	}
	f, code, err := s.code(ctx, with("dpop_jkt", announced))
	if err != nil {
		return err
	}
	if s.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	header, err := s.proof(proof{})
	if err != nil {
		return err
	}
	a, err := s.redeem(ctx, f, code, header)
	if err != nil {
		return err
	}
	return refusesAnswer(a, "another key than announced", "invalid_grant", "invalid_dpop_proof")
}

func dpopPushed(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	announced, err := thumbprint(other)
	if err != nil {
		return err
	}
	_, form, err := s.ask(with("dpop_jkt", announced))
	if err != nil {
		return err
	}
	header, err := s.proof(proof{URL: s.par})
	if err != nil {
		return err
	}
	a, err := s.push(ctx, form, relyingparty.Assertion{}, header)
	if err != nil {
		return err
	}
	return refusesAnswer(a, "a proof of another key than announced", "invalid_dpop_proof", "invalid_request")
}

func dpopOnce(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	header, err := s.proof(proof{})
	if err != nil {
		return err
	}
	f, code, err := s.code(ctx)
	if err != nil {
		return err
	}
	if a, err := s.redeem(ctx, f, code, header); err != nil || a.Status != http.StatusOK {
		return errors.Join(err, fmt.Errorf("the first time it is answered %d %.200s", a.Status, a.Body))
	}
	return s.refusesProof(ctx, "a proof that comes again", header, "invalid_dpop_proof", "invalid_grant")
}

func dpopAccessToken(ctx context.Context, t *target.Target) error {
	return presentRefused(ctx, t, "with a proof for another access token", func(s *secured, token string) (answer, error) {
		return s.about(ctx, "DPoP", token, proof{Token: "another"})
	})
}

func dpopNonce(ctx context.Context, t *target.Target) error {
	s, err := secure(ctx, t)
	if err != nil {
		return err
	}
	header, err := s.proof(proof{Nonce: "never-given"})
	if err != nil {
		return err
	}
	f, code, err := s.code(ctx)
	if err != nil {
		return err
	}
	a, err := s.redeem(ctx, f, code, header)
	if err != nil {
		return err
	}
	if err := refusesAnswer(a, "a nonce that was never given", "use_dpop_nonce"); err != nil {
		return err
	}
	given := a.Header.Get("DPoP-Nonce")
	if header, err = s.proof(proof{Nonce: given}); err != nil {
		return err
	}
	if a, err = s.redeem(ctx, f, code, header); err == nil && (a.Status != http.StatusOK || given == "") {
		err = fmt.Errorf("with the nonce %q the token endpoint answers %d: %.200s", given, a.Status, a.Body)
	}
	return err
}
