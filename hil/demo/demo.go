// Package demo is a small application that signs people in with an OpenID
// provider and shows what it learnt about them. Developers click through it;
// it is also the shortest example of the application's side.
package demo

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

//go:embed page.html
var files embed.FS

// Application is the relying party. All fields but Log and Rand are needed.
type Application struct {
	Name         string // in the page's heading
	Issuer       string
	ClientID     string
	ClientSecret string
	URL          string       // where this application is reached, no slash at the end
	Log          *slog.Logger // nil is silent
	Rand         io.Reader    // nil is crypto/rand

	mu       sync.Mutex
	pending  map[string]attempt // by state
	sessions map[string]person  // by cookie
}

// attempt is a sign-in under way in one browser.
type attempt struct{ browser, nonce, verifier string }

// person is who signed in, as the provider says.
type person struct {
	Claims, UserInfo string // indented JSON
}

// cookie names this browser. It is a session cookie of this page only; another
// port on the same address must not share its name.
const cookie = "demo-session"

// Handler is the application's pages.
func (a *Application) Handler() http.Handler {
	a.pending, a.sessions = map[string]attempt{}, map[string]person{}
	if a.Log == nil {
		a.Log = slog.New(slog.DiscardHandler)
	}
	if a.Rand == nil {
		a.Rand = rand.Reader
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.home)
	mux.HandleFunc("POST /signin", a.signIn)
	mux.HandleFunc("GET /callback", a.callback)
	mux.HandleFunc("POST /signout", a.signOut)
	return http.NewCrossOriginProtection().Handler(mux)
}

// home shows the button, or the person.
func (a *Application) home(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	p, known := a.sessions[browser(r)]
	a.mu.Unlock()
	a.show(w, http.StatusOK, page{Known: known, Person: p})
}

// signIn sends the browser to the provider with state, nonce and PKCE.
func (a *Application) signIn(w http.ResponseWriter, r *http.Request) {
	client, _, err := a.client(r.Context())
	if err != nil {
		a.fail(w, http.StatusBadGateway, err)
		return
	}
	b, state := browser(r), a.chance()
	if b == "" {
		b = a.chance()
		http.SetCookie(w, &http.Cookie{Name: cookie, Value: b, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	}
	try := attempt{browser: b, nonce: a.chance(), verifier: oauth2.GenerateVerifier()}
	a.mu.Lock()
	a.pending[state] = try
	a.mu.Unlock()
	address := client.AuthCodeURL(state, oidc.Nonce(try.nonce), oauth2.S256ChallengeOption(try.verifier),
		oauth2.SetAuthURLParam("acr_values", "AAL3_ANY"))
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// callback takes the code back and asks the provider who it is.
func (a *Application) callback(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	try, ok := a.pending[r.FormValue("state")]
	delete(a.pending, r.FormValue("state"))
	a.mu.Unlock()
	if !ok || try.browser != browser(r) {
		a.fail(w, http.StatusForbidden, errors.New("this sign-in was not started in this browser"))
		return
	}
	if e := r.FormValue("error"); e != "" {
		a.fail(w, http.StatusUnauthorized, fmt.Errorf("the identity service says %s: %s", e, r.FormValue("error_description")))
		return
	}
	p, err := a.learn(r.Context(), r.FormValue("code"), try)
	if err != nil {
		a.fail(w, http.StatusBadGateway, err)
		return
	}
	a.mu.Lock()
	a.sessions[try.browser] = p
	a.mu.Unlock()
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// signOut forgets the person here; the provider's session is its own affair.
func (a *Application) signOut(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	delete(a.sessions, browser(r))
	a.mu.Unlock()
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// client finds the provider's endpoints.
func (a *Application) client(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	provider, err := oidc.NewProvider(ctx, a.Issuer)
	if err != nil {
		return nil, nil, err
	}
	return &oauth2.Config{
		ClientID: a.ClientID, ClientSecret: a.ClientSecret, Endpoint: provider.Endpoint(),
		RedirectURL: a.URL + "/callback", Scopes: []string{oidc.ScopeOpenID, "profile", "nationalrbacaccess", "selectedrole"},
	}, provider, nil
}

// learn exchanges the code and checks all that go-oidc checks, and the nonce.
func (a *Application) learn(ctx context.Context, code string, try attempt) (person, error) {
	client, provider, err := a.client(ctx)
	if err != nil {
		return person{}, err
	}
	tokens, err := client.Exchange(ctx, code, oauth2.VerifierOption(try.verifier))
	if err != nil {
		return person{}, err
	}
	raw, _ := tokens.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: a.ClientID}).Verify(ctx, raw)
	if err != nil {
		return person{}, err
	}
	if id.Nonce != try.nonce {
		return person{}, errors.New("the ID token is for another sign-in")
	}
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return person{}, err
	}
	if info.Subject != id.Subject {
		return person{}, errors.New("userinfo is about somebody else")
	}
	return describe(id, info)
}

// claimer is an ID token or userinfo.
type claimer interface{ Claims(into any) error }

func describe(id, info claimer) (person, error) {
	claims, err := indented(id)
	if err != nil {
		return person{}, err
	}
	user, err := indented(info)
	return person{claims, user}, err
}

func indented(c claimer) (string, error) {
	var all map[string]any
	if err := c.Claims(&all); err != nil {
		return "", err
	}
	raw, err := json.MarshalIndent(all, "", "  ")
	return string(raw), err
}

// page is what page.html shows.
type page struct {
	Application, Issuer, Problem string
	Known                        bool
	Person                       person
}

func (a *Application) show(w http.ResponseWriter, status int, p page) {
	p.Application, p.Issuer = a.Name, a.Issuer
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
	w.WriteHeader(status)
	t := template.Must(template.ParseFS(files, "page.html"))
	if err := t.Execute(w, p); err != nil {
		a.Log.Warn("page not shown", "error", err)
	}
}

func (a *Application) fail(w http.ResponseWriter, status int, err error) {
	a.Log.Warn("sign-in failed", "error", err)
	a.show(w, status, page{Problem: err.Error()})
}

// chance is 128 bits, for state, nonce and cookie.
func (a *Application) chance() string {
	b := make([]byte, 16)
	if _, err := io.ReadFull(a.Rand, b); err != nil {
		panic("demo: no randomness: " + err.Error())
	}
	return fmt.Sprintf("%x", b)
}

func browser(r *http.Request) string {
	c, err := r.Cookie(cookie)
	if err != nil {
		return ""
	}
	return c.Value
}
