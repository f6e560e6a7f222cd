package stranger_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// visitor is one browser and the application that it visits, over connections
// that others use too.
type visitor struct {
	*running
	jar    http.CookieJar
	wire   http.RoundTripper
	asked  int // HTTP requests
	signed int // RS256 signatures of the last login, all verified
}

var errAmiss = errors.New("not as it should be")

func newVisitor(r *running, wire http.RoundTripper) (*visitor, error) {
	jar, err := cookiejar.New(nil)
	return &visitor{running: r, jar: jar, wire: wire}, err
}

// login is one sign-in: authorization code with S256, state and nonce, an
// authenticated application, and every signature verified.
func (v *visitor) login(ctx context.Context) error {
	state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	c := v.client
	q := url.Values{"response_type": {"code"}, "client_id": {c.id}, "redirect_uri": {c.redirect}, "scope": {"openid"}, "state": {state},
		"nonce": {nonce}, "code_challenge": {oauth2.S256ChallengeFromVerifier(verifier)}, "code_challenge_method": {"S256"}}
	home, err := v.walk(ctx, v.at.Authorize+"?"+q.Encode()+c.extra)
	if err != nil {
		return err
	}
	if home.Get("state") != state || home.Get("code") == "" {
		return fmt.Errorf("%w: the browser came back with %v", errAmiss, home)
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {home.Get("code")}, "redirect_uri": {c.redirect}, "code_verifier": {verifier}}
	return v.redeem(ctx, form, nonce)
}

// walk follows redirects until one leads to the application, and signs in on
// the way where a person has to.
func (v *visitor) walk(ctx context.Context, to string) (url.Values, error) {
	for range 10 {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, to, nil)
		if err != nil {
			return nil, err
		}
		answer, body, err := v.ask(r)
		if err != nil {
			return nil, err
		}
		next, err := answer.Location()
		if err != nil {
			return nil, fmt.Errorf("%w: %s answers %d: %.300s", errAmiss, to, answer.StatusCode, body)
		}
		switch to = next.String(); {
		case strings.HasPrefix(to, v.client.redirect):
			return next.Query(), nil
		case v.ours && strings.Contains(to, "/smartcard/login/"):
			if to, err = v.completed(ctx, path.Base(to)); err != nil {
				return nil, err
			}
		}
	}
	return nil, fmt.Errorf("%w: ten redirects", errAmiss)
}

// completed has a person signed in at the control door, and answers with where
// the browser goes on.
func (v *visitor) completed(ctx context.Context, transaction string) (string, error) {
	body, err := json.Marshal(map[string]string{"uuid": testpki.Holders()[0].UUID})
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, v.control+"/transactions/"+transaction+"/complete", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, text, err := v.ask(r)
	if err != nil {
		return "", err
	}
	var on struct {
		URL string `json:"resume_url"`
	}
	if err := json.Unmarshal(text, &on); err != nil || on.URL == "" {
		return "", fmt.Errorf("%w: the control door answers %d: %s", errAmiss, answer.StatusCode, text)
	}
	return on.URL, nil
}

// redeem turns the code into tokens and counts what is signed.
func (v *visitor) redeem(ctx context.Context, form url.Values, nonce string) error {
	if v.client.posted {
		form.Set("client_id", v.client.id)
		form.Set("client_secret", v.client.secret)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, v.at.Token, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if !v.client.posted {
		r.SetBasicAuth(v.client.id, v.client.secret)
	}
	answer, body, err := v.ask(r)
	if err != nil {
		return err
	}
	var tokens map[string]any
	if err := json.Unmarshal(body, &tokens); err != nil || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: the token endpoint answers %d: %s", errAmiss, answer.StatusCode, body)
	}
	return v.count(tokens, nonce)
}

// count verifies what is signed, and that the ID token answers this very login.
func (v *visitor) count(tokens map[string]any, nonce string) error {
	v.signed = 0
	for _, name := range []string{"id_token", "access_token", "refresh_token"} {
		text, _ := tokens[name].(string)
		token, err := jose.ParseSigned(text, []jose.SignatureAlgorithm{jose.RS256})
		if err != nil && name != "id_token" {
			continue // opaque, or none
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		payload, err := token.Verify(shared().Public())
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		var claims struct{ Nonce string }
		if err := json.Unmarshal(payload, &claims); err != nil || name == "id_token" && claims.Nonce != nonce {
			return fmt.Errorf("%w: the nonce of %s is %q, %v", errAmiss, name, claims.Nonce, err)
		}
		v.signed++
	}
	return nil
}

// ask is one request of the browser or the application.
func (v *visitor) ask(r *http.Request) (*http.Response, []byte, error) {
	v.asked++
	for _, c := range v.jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	answer, err := v.wire.RoundTrip(r)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	v.jar.SetCookies(r.URL, answer.Cookies())
	answer.Request = r
	body, err := io.ReadAll(answer.Body)
	return answer, body, err
}
