package recipe_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/control"
)

// What the recipes' application is registered as.
const (
	clientID = "999999999901.apps.national"
	secret   = "conformance-secret"
	nurse    = "555000000017"
)

// desk is a provider with its control door and an application that uses it.
type desk struct {
	server      *mockcis2.Server
	control     string
	application string
}

func newDesk(t testing.TB) desk {
	t.Helper()
	s := &mockcis2.Server{}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	door := httptest.NewServer(control.Door{Server: s}.Handler())
	t.Cleanup(door.Close)
	return desk{s, door.URL, application(t, s.Issuer())}
}

// application is somebody's web application: /login sends the browser away,
// /callback greets whom it brings back.
func application(t testing.TB, issuer string) string {
	t.Helper()
	provider, err := oidc.NewProvider(context.Background(), issuer)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	app := oauth2.Config{ClientID: clientID, ClientSecret: secret, Endpoint: provider.Endpoint(), RedirectURL: server.URL + "/callback", Scopes: []string{"openid", "profile", "selectedrole"}}
	verifier, state, nonce := oauth2.GenerateVerifier(), "a-state-nobody-guesses", "a-nonce-nobody-guesses"
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "application", Value: state, Path: "/", HttpOnly: true})
		http.Redirect(w, r, app.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oidc.Nonce(nonce)), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("application"); err != nil || c.Value != r.FormValue("state") {
			http.Error(w, "this browser did not begin here", http.StatusForbidden)
			return
		}
		token, err := app.Exchange(r.Context(), r.FormValue("code"), oauth2.VerifierOption(verifier))
		if err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		raw, _ := token.Extra("id_token").(string)
		id, err := provider.Verifier(&oidc.Config{ClientID: clientID}).Verify(r.Context(), raw)
		if err != nil || id.Nonce != nonce {
			http.Error(w, "the ID token is not for us", http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, "Hello %s", id.Subject)
	})
	return server.URL
}
