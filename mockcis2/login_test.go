package mockcis2_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

// Requirement: an assertion is judged by each of its claims, and a request is
// fetched once (PROTOCOL sections 5 and 6). Turned red by: leaving out a case
// of the judgement.
func TestAssertionClaims(t *testing.T) {
	s := start(t)
	k := holder(s, 0)
	for name, change := range map[string]func(map[string]any){
		"aud":     func(c map[string]any) { c["aud"] = "https://elsewhere.test" },
		"sub":     func(c map[string]any) { c["sub"] = "555000000025" },
		"nonce":   func(c map[string]any) { c["nonce"] = "another" },
		"txn":     func(c map[string]any) { c["txn"] = "another" },
		"expired": func(c map[string]any) { c["iat"], c["exp"] = k.now.Unix()-300, k.now.Unix()-240 },
		"life":    func(c map[string]any) { c["exp"] = k.now.Unix() + 3600 },
		"jti":     func(c map[string]any) { delete(c, "jti") },
	} {
		tx := newBrowser(t).open(first(t, s).url()).transaction(t)
		request, err := fetch(s.Issuer(), tx.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fetch(s.Issuer(), tx.ID); err == nil {
			t.Error("fetched twice")
		}
		if _, err := k.prove(request, change); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if _, err := k.prove(request, nil); err != nil {
			t.Errorf("%s: the good one after it: %v", name, err)
		}
		if _, err := k.prove(request, nil); err == nil {
			t.Errorf("%s: accepted twice", name)
		}
	}
}

// Requirement: a failure is reported once, shown with its code, and reaches the
// application as the OAuth error of the table (PROTOCOL sections 7 and 9).
// Turned red by: mapping every status to access_denied.
func TestFailure(t *testing.T) {
	s := start(t)
	b := newBrowser(t)
	here := b.open(first(t, s).url())
	tx := here.transaction(t)
	report := func() int {
		raw, _ := json.Marshal(map[string]any{"version": 1, "status_code": 0x41555411, "status_string": "BUSY"})
		r, err := http.Post(s.Issuer()+"/smartcard/v1/requests/"+tx.ID+"/failure", "application/json", bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		return r.StatusCode
	}
	if one, two := report(), report(); one != http.StatusNoContent || two != http.StatusConflict {
		t.Errorf("reports: %d, %d", one, two)
	}
	if p := b.open(here.at.String()); !strings.Contains(p.body, "0x41555411") || !strings.Contains(p.body, "400_645") {
		t.Errorf("page: %s", p.body)
	}
	home := b.post(s.Issuer()+"/smartcard/abandon/"+tx.ID, url.Values{}).home
	if home.Get("error") != "temporarily_unavailable" || home.Get("iss") != s.Issuer() {
		t.Errorf("application got %v", home)
	}
}

// Requirement: pages belong to one browser, may not be framed, are not kept,
// and let the agent see their origin (design section 4). Turned red by: dropping
// a header.
func TestPageHeaders(t *testing.T) {
	s := start(t)
	b := newBrowser(t)
	r, err := b.Get(first(t, s).url())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "origin", "X-Frame-Options": "DENY", "Content-Security-Policy": "frame-ancestors 'none'"} {
		if !strings.Contains(r.Header.Get(name), want) {
			t.Errorf("%s is %q", name, r.Header.Get(name))
		}
	}
	if p := newBrowser(t).open(r.Request.URL.String()); p.status != http.StatusForbidden {
		t.Errorf("another browser sees the page: %d", p.status)
	}
}

// Requirement: another card ends the session before it (design section 4 step
// 7); secrets never reach the diary. Turned red by: keeping the session.
func TestAnotherCardEndsTheSession(t *testing.T) {
	s := start(t)
	b, a := newBrowser(t), first(t, s)
	sids := map[any]bool{}
	for _, n := range []int{0, 0, 2} {
		_, c, err := a.redeem(signIn(t, b, a, holder(s, n), "", again).Get("code"))
		if err != nil {
			t.Fatal(err)
		}
		sids[c["sid"]] = true
	}
	if len(sids) != 2 {
		t.Errorf("%d sessions, want 2", len(sids))
	}
	raw, err := json.Marshal(s.History())
	if err != nil || bytes.Contains(raw, []byte("conformance-secret")) || !bytes.Contains(raw, []byte("session of 555000000017 ended")) {
		t.Errorf("diary: %v %s", err, raw)
	}
}

// Requirement: the issuer keeps an explicit default port when asked to, as
// CIS2's does (facts on CIS2 section 1.1). Turned red by: normalising the URL.
func TestExplicitPort(t *testing.T) {
	s := &mockcis2.Server{IssuerURL: "https://am.toy.test" + mockcis2.RealmPath, ExplicitPort: true}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r, err := http.Get(s.URL() + mockcis2.RealmPath + "/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var d map[string]any
	if err := json.NewDecoder(r.Body).Decode(&d); err != nil || d["issuer"] != "https://am.toy.test:443"+mockcis2.RealmPath {
		t.Errorf("issuer %v, %v", d["issuer"], err)
	}
}
