package mockcis2_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// seen is one sign-in as bytes on the wire, judged by nobody.
type seen struct {
	discovery, page, token, info reply
	jwks                         reply
	home                         *url.URL       // where the browser returns to the application
	header, claims               map[string]any // of the ID token
	sealed                       bool           // by a published key, RS256
	issuer                       string
	wait                         time.Duration
}

// reply is one answer; err when it did not come whole.
type reply struct {
	status int
	header http.Header
	body   string
	err    error
}

func (r reply) json() map[string]any {
	var m map[string]any
	_ = json.Unmarshal([]byte(r.body), &m) // what is no object has no members
	return m
}

// patience is how long to wait for an answer of s: long, but not for one that
// will not come.
func patience(s *mockcis2.Server) time.Duration {
	for _, id := range s.ActiveFaults() {
		switch fault.Base(id) {
		case fault.RequestHangs.ID, "provider.hang", "provider.latency", "provider.handover-slow":
			return time.Second
		}
	}
	return time.Minute
}

func send(b *http.Client, r *http.Request) reply {
	resp, err := b.Do(r)
	if err != nil {
		return reply{err: err}
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return reply{resp.StatusCode, resp.Header, string(raw), err}
}

func get(to string, wait time.Duration) reply {
	r, _ := http.NewRequest(http.MethodGet, to, nil)
	return send(&http.Client{Timeout: wait}, r)
}

// watch signs in and keeps what came by. Where a fault stops it, the rest is
// empty.
func watch(t *testing.T, s *mockcis2.Server) seen {
	t.Helper()
	w := seen{issuer: s.Issuer(), wait: patience(s)}
	w.discovery = get(s.Issuer()+"/.well-known/openid-configuration", w.wait)
	a := raw(s)
	b := newBrowser(t)
	r, _ := http.NewRequest(http.MethodGet, a.url(), nil)
	w.page = send(b.Client, r)
	id := page{body: w.page.body}.transaction(t).ID
	request, err := fetch(s.Issuer(), id)
	if err != nil {
		return w
	}
	ticket, err := holder(s, 0).prove(request, nil)
	if err != nil {
		return w
	}
	here := b.post(s.Issuer()+"/smartcard/complete", url.Values{"ticket": {ticket}})
	resp, err := b.PostForm(here.at.String(), url.Values{"action": {"continue"}})
	if err != nil || here.status != http.StatusOK {
		return w
	}
	resp.Body.Close()
	if w.home, err = url.Parse(resp.Header.Get("Location")); err != nil {
		t.Fatal(err)
	}
	w.redeem(a)
	w.jwks = get(s.Issuer()+"/connect/jwk_uri", w.wait)
	w.judge()
	return w
}

// raw is the first application without discovery.
func raw(s *mockcis2.Server) application {
	a := application{verifier: "a-verifier-of-forty-three-characters-or-more"}
	a.ClientID, a.ClientSecret, a.RedirectURL, a.Scopes = "999999999901.apps.national", "conformance-secret", callback, []string{"openid", "profile", "nhsperson", "nationalrbacaccess", "selectedrole"}
	a.Endpoint.AuthURL, a.Endpoint.TokenURL = s.Issuer()+"/authorize", s.Issuer()+"/access_token"
	return a
}

func (w *seen) redeem(a application) {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {w.home.Query().Get("code")}, "redirect_uri": {a.RedirectURL},
		"client_id": {a.ClientID}, "client_secret": {a.ClientSecret}, "code_verifier": {a.verifier}}
	r, _ := http.NewRequest(http.MethodPost, a.Endpoint.TokenURL, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w.token = send(&http.Client{Timeout: w.wait}, r)
	token, _ := w.token.json()["access_token"].(string)
	r, _ = http.NewRequest(http.MethodGet, w.issuer+"/userinfo", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w.info = send(&http.Client{Timeout: w.wait}, r)
}

func (w *seen) judge() {
	raw, _ := w.token.json()["id_token"].(string)
	if w.claims, _ = payload(raw); w.claims != nil {
		_ = json.Unmarshal([]byte(joseHeader(raw)), &w.header)
	}
	var set jose.JSONWebKeySet
	if json.Unmarshal([]byte(w.jwks.body), &set) != nil {
		return
	}
	jws, err := jose.ParseSigned(raw, []jose.SignatureAlgorithm{jose.RS256})
	w.sealed = err == nil && slices.ContainsFunc(set.Keys, func(k jose.JSONWebKey) bool {
		_, err := jws.Verify(k.Key)
		return err == nil
	})
}

func (w seen) keys() []any {
	list, _ := w.jwks.json()["keys"].([]any)
	return list
}

// key says whether a published key has a member of this value.
func (w seen) key(name string, value any) bool {
	return slices.ContainsFunc(w.keys(), func(k any) bool { return k.(map[string]any)[name] == value })
}
