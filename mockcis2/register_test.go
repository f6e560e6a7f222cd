package mockcis2_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/login"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/shortcut"
)

// Requirement: an application that is registered at run time with a jwks_uri
// authenticates with the key that it publishes there, and one that is removed
// is unknown. Source: facts on CIS2 section 1.3. Turned red by: clients that are
// read only at the start, or keys that are never fetched.
func TestRegisterAtRunTime(t *testing.T) {
	s := start(t)
	var served atomic.Int32
	status := http.StatusOK
	keys := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		served.Add(1)
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: testpki.Published("card-11").Public(), KeyID: "conformance", Use: "sig"}}})
	}))
	defer keys.Close()
	mine := op.Client{ID: "mine", Name: "Mine", RedirectURIs: []string{callback}, Method: "private_key_jwt", KeysURI: keys.URL}
	if err := s.SetClient(mine); err != nil {
		t.Fatal(err)
	}
	as := func(c map[string]any) { c["iss"], c["sub"] = "mine", "mine" }
	for range 3 { // the code is bogus: authentication went well
		if body := assertion(t, s, keyed(s, nil, as)); !strings.Contains(body, "invalid_grant") {
			t.Errorf("with the published key: %s", body)
		}
	}
	if n := served.Load(); n != 1 {
		t.Errorf("the keys were fetched %d times", n)
	}
	status = http.StatusInternalServerError
	mine.KeysURI += "/other"
	if err := s.SetClient(mine); err != nil {
		t.Fatal(err)
	}
	if body := assertion(t, s, keyed(s, nil, as)); !strings.Contains(body, "invalid_client") {
		t.Errorf("keys that cannot be had: %s", body)
	}
	if err := s.SetClient(op.Client{ID: "mine"}); err == nil {
		t.Error("half a registration was taken")
	}
	if err := errors.Join(s.RemoveClient("mine"), s.RemoveClient(keyClient)); err != nil {
		t.Fatal(err)
	}
	if body := assertion(t, s, keyed(s, nil, nil)); !strings.Contains(body, "invalid_client") {
		t.Errorf("a removed client: %s", body)
	}
	if err := s.RemoveClient("mine"); err == nil {
		t.Error("removed twice")
	}
}

// Requirement: a sign-in without a card gives the tokens that one with a card
// gives, the chosen role among them, and a person who was added a moment ago
// signs in. Source: the issue, item 8. Turned red by: a shortcut past the role.
func TestShortcut(t *testing.T) {
	s := start(t)
	if err := s.SetPerson(people.Person{UUID: "555000009999", GivenName: "New", FamilyName: "Person", Assurance: "3"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ uuid, role, want string }{
		{"555000000017", "", "5555001700008888"},
		{"555000000025", "5555002500018888", "5555002500018888"},
		{"555000009999", "", ""},
	} {
		a := first(t, s)
		p, err := shortcut.Visit{Start: a.url(), Stop: callback, Complete: s.As(c.uuid, c.role)}.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, claims, err := a.redeem(p.URL.Query().Get("code"))
		if role, _ := claims["selected_roleid"].(string); err != nil || claims["sub"] != c.uuid || role != c.want {
			t.Errorf("%s: %v, %v", c.uuid, claims, err)
		}
	}
}

// Requirement: of twenty who complete one sign-in, one does. Turned red by:
// looking and changing without the lock.
func TestShortcutOnce(t *testing.T) {
	s := start(t)
	tx := newBrowser(t).open(first(t, s).url()).transaction(t)
	var done, over atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			switch _, err := s.Complete(tx.ID, "555000000017", ""); {
			case err == nil:
				done.Add(1)
			case errors.Is(err, login.ErrOver):
				over.Add(1)
			}
		})
	}
	all.Wait()
	if done.Load() != 1 || over.Load() != 19 {
		t.Errorf("%d completed, %d were too late", done.Load(), over.Load())
	}
}
