package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// person is the number of the test holder who signs in here: one with several
// roles.
const person = 1

// arrive signs somebody in without agent or card, up to the redirect.
func arrive(ctx context.Context, t *target.Target, o journey.Options) (*journey.Journey, error) {
	return journey.Through(ctx, t, o, ByHand)
}

// rightPerson says whether sub is of whoever signs in, as far as that is known.
func rightPerson(t *target.Target, sub any) error {
	want := of(t, person).sub
	if t.Login != nil {
		want = t.Login.Subject
	}
	if s, _ := sub.(string); s == "" || want != "" && s != want {
		return fmt.Errorf("sub is %q, %q has signed in", sub, want)
	}
	return nil
}

// signIn is arrive and then the session.
func signIn(ctx context.Context, t *target.Target, o journey.Options) (*relyingparty.Session, error) {
	j, err := arrive(ctx, t, o)
	if err != nil {
		return nil, err
	}
	return j.Flow.Finish(ctx, j.Page.URL)
}

func codeFlow(ctx context.Context, t *target.Target) error {
	s, err := signIn(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	return rightPerson(t, s.ID.Subject)
}

// tolerance is the clock difference a relying party allows.
const tolerance = time.Minute

func tokenTimes(ctx context.Context, t *target.Target) error {
	s, err := signIn(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	now := time.Now()
	authTime, told := s.Claims["auth_time"].(float64)
	at := time.Unix(int64(authTime), 0)
	if s.ID.IssuedAt.After(now.Add(tolerance)) || s.ID.IssuedAt.Before(now.Add(-2*tolerance)) {
		return fmt.Errorf("iat is %s, now is %s", s.ID.IssuedAt, now)
	}
	if !told && len(t.Missing(cis2)) > 0 {
		return nil // it need not be there unless asked for
	}
	if at.After(now.Add(tolerance)) || at.Before(now.Add(-2*tolerance)) {
		return fmt.Errorf("auth_time is %s, now is %s", at, now)
	}
	return nil
}

func tokenAudience(ctx context.Context, t *target.Target) error {
	s, err := signIn(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	client, err := t.Client(0)
	if err != nil {
		return err
	}
	if aud, ok := s.Claims["aud"].(string); !ok || aud != client.ID {
		return fmt.Errorf("aud is %v, not the string %q", s.Claims["aud"], client.ID)
	}
	if s.Claims["azp"] != client.ID {
		return fmt.Errorf("azp is %v, not %q", s.Claims["azp"], client.ID)
	}
	return nil
}

func assuranceLevels(ctx context.Context, t *target.Target) error {
	s, err := signIn(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	for _, name := range []string{"id_assurance_level", "authentication_assurance_level"} {
		if level, ok := s.Claims[name].(string); !ok || level != "3" {
			return fmt.Errorf("%s is %#v, not the string \"3\"", name, s.Claims[name])
		}
	}
	if s.Claims["acr"] != "AAL3_ANY" {
		return fmt.Errorf("acr is %v, AAL3_ANY was asked for", s.Claims["acr"])
	}
	return nil
}

func userInfoSub(ctx context.Context, t *target.Target) error {
	s, err := signIn(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	claims, err := s.UserInfo(ctx)
	if err != nil {
		return err
	}
	if claims["sub"] != s.ID.Subject {
		return fmt.Errorf("userinfo's sub is %v, the ID token's is %s", claims["sub"], s.ID.Subject)
	}
	return nil
}

// brings is one claim of each scope.
var brings = map[string]string{"email": "email", "nhsperson": "title", "nationalrbacaccess": "nhsid_nrbac_roles", "associatedorgs": "nhsid_user_orgs"}

func scopes(ctx context.Context, t *target.Target) error {
	for _, asked := range [][]string{{"openid"}, {"openid", "email", "nationalrbacaccess"}, {"openid", "nhsperson", "associatedorgs"}} {
		s, err := signIn(ctx, t, journey.Options{Scopes: asked})
		if err != nil {
			return err
		}
		claims, err := s.UserInfo(ctx)
		if err != nil {
			return err
		}
		for scope, claim := range brings {
			wanted := strings.Contains(strings.Join(asked, " ")+" ", scope+" ")
			if _, there := claims[claim]; there != wanted {
				return fmt.Errorf("with scope %v userinfo has %s: %t", asked, claim, there)
			}
		}
	}
	return nil
}

func selectedRole(ctx context.Context, t *target.Target) error {
	s, err := signIn(ctx, t, journey.Options{Scopes: append([]string{"selectedrole"}, relyingparty.Scopes...)})
	if err != nil {
		return err
	}
	claims, err := s.UserInfo(ctx)
	if err != nil {
		return err
	}
	role, _ := s.Claims["selected_roleid"].(string)
	list, _ := claims["nhsid_nrbac_roles"].([]any)
	for _, entry := range list {
		if r, ok := entry.(map[string]any); ok && role != "" && r["person_roleid"] == role {
			return nil
		}
	}
	return fmt.Errorf("selected_roleid is %q, which is none of the person's %d roles", role, len(list))
}

func redirectIssuer(ctx context.Context, t *target.Target) error {
	j, err := arrive(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	q := j.Page.URL.Query()
	if q.Get("iss") != t.Issuer {
		return fmt.Errorf("iss is %q, the issuer is %q", q.Get("iss"), t.Issuer)
	}
	if q.Get("client_id") != j.App.Client.ID && len(t.Missing(cis2)) == 0 {
		return fmt.Errorf("client_id is %q", q.Get("client_id"))
	}
	_, err = j.Flow.Code(j.Page.URL)
	return err
}

// codeOf is a fresh code and its flow.
func codeOf(ctx context.Context, t *target.Target, o journey.Options) (*relyingparty.Flow, string, error) {
	j, err := arrive(ctx, t, o)
	if err != nil {
		return nil, "", err
	}
	code, err := j.Flow.Code(j.Page.URL)
	return j.Flow, code, err
}

// mustRefuse wants an OAuth error from the token endpoint, with one of the codes.
func mustRefuse(err error, what string, codes ...string) error {
	var problem *oauth2.RetrieveError
	if err == nil {
		return fmt.Errorf("a token is given out %s: the answer is a 200", what)
	}
	if !errors.As(err, &problem) {
		return fmt.Errorf("%s the token endpoint answers no OAuth error: %w", what, err)
	}
	for _, code := range codes {
		if problem.ErrorCode == code {
			return nil
		}
	}
	return fmt.Errorf("%s the token endpoint answers %q, not %s", what, problem.ErrorCode, strings.Join(codes, " or "))
}

func verifierRequired(ctx context.Context, t *target.Target) error {
	f, code, err := codeOf(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	_, err = f.Exchange(ctx, code, oauth2.SetAuthURLParam("code_verifier", ""))
	return mustRefuse(err, "without the verifier", "invalid_grant", "invalid_request")
}

func verifierWrong(ctx context.Context, t *target.Target) error {
	f, code, err := codeOf(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	_, err = f.Exchange(ctx, code, oauth2.VerifierOption(oauth2.GenerateVerifier()))
	return mustRefuse(err, "for a wrong verifier", "invalid_grant")
}

func codeOnce(ctx context.Context, t *target.Target) error {
	f, code, err := codeOf(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	if _, err := f.Exchange(ctx, code); err != nil {
		return err
	}
	_, err = f.Exchange(ctx, code)
	return mustRefuse(err, "for a code that comes a second time", "invalid_grant")
}

func codeBound(ctx context.Context, t *target.Target) error {
	f, code, err := codeOf(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	other, err := t.Client(2)
	if err != nil {
		return err
	}
	_, err = f.ExchangeAs(ctx, code, other.ID, other.Secret)
	return mustRefuse(err, "to another client", "invalid_grant")
}

func wrongSecret(ctx context.Context, t *target.Target) error {
	f, code, err := codeOf(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	client, err := t.Client(0)
	if err != nil {
		return err
	}
	_, err = f.ExchangeAs(ctx, code, client.ID, "not the secret")
	return mustRefuse(err, "for a wrong secret", "invalid_client")
}

// byKey spends a code of the private_key_jwt client with the given assertion.
func byKey(ctx context.Context, t *target.Target, w relyingparty.Assertion) error {
	j, err := arrive(ctx, t, journey.Options{Client: 1})
	if err != nil {
		return err
	}
	code, err := j.Flow.Code(j.Page.URL)
	if err != nil {
		return err
	}
	assertion, err := j.App.Assertion(w)
	if err != nil {
		return err
	}
	token, err := j.Flow.Exchange(ctx, code, oauth2.SetAuthURLParam("client_assertion", assertion))
	if err != nil {
		return err
	}
	_, err = j.Flow.Accept(ctx, token)
	return err
}

func privateKeyRS512(ctx context.Context, t *target.Target) error {
	return byKey(ctx, t, relyingparty.Assertion{Algorithm: jose.RS512})
}

func privateKeyRS256(ctx context.Context, t *target.Target) error {
	return byKey(ctx, t, relyingparty.Assertion{Algorithm: jose.RS256})
}

func assertionAudience(ctx context.Context, t *target.Target) error {
	if err := byKey(ctx, t, relyingparty.Assertion{}); err != nil {
		return fmt.Errorf("the right assertion: %w", err)
	}
	return mustRefuse(byKey(ctx, t, relyingparty.Assertion{Audience: "https://elsewhere.example.test/access_token"}), "for an assertion of another audience", "invalid_client")
}

func assertionOnce(ctx context.Context, t *target.Target) error {
	// RFC 7523 speaks of the jti, so the second assertion has only that in common.
	w := relyingparty.Assertion{JTI: fmt.Sprintf("conformance-%d", time.Now().UnixNano())}
	if err := byKey(ctx, t, w); err != nil {
		return fmt.Errorf("the first assertion: %w", err)
	}
	return mustRefuse(byKey(ctx, t, w), "for a jti that is used again", "invalid_client")
}
