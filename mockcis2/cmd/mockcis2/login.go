package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/control"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/shortcut"
)

// loginCommand signs a person in.
type loginCommand struct {
	remote
	As       string `required:"" placeholder:"PERSONA" help:"Who signs in: a UUID, or a part of the name that only one has."`
	Role     string `placeholder:"ID" help:"The person_roleid to choose, where the application asks for a role."`
	Start    string `placeholder:"URL" xor:"what" required:"" help:"Where your application begins to sign in. The browser ends in the application, and what it shows is printed."`
	Client   string `placeholder:"ID" xor:"what" required:"" help:"Play this application instead. The code is printed, or the tokens with --secret or --key."`
	Redirect string `placeholder:"URI" help:"Redirect URI for --client; the default is the first that is registered."`
	Scope    string `default:"openid profile nhsperson nationalrbacaccess" help:"Scopes for --client."`
	ACR      string `name:"acr" default:"AAL3_ANY" help:"acr_values for --client."`
	Secret   string `placeholder:"SECRET" xor:"proof" help:"Secret of --client: the code is redeemed with it."`
	Key      string `placeholder:"FILE" xor:"proof" help:"Private key of --client, PEM or JWK: the code is redeemed with it (private_key_jwt). Needed where the provider is in mode fapi2."`
	Alg      string `placeholder:"ALG" help:"Algorithm for --key: RS256, RS512, PS256, ES256 or EdDSA. The default fits the key and what is registered."`
}

// result is what login prints.
type result struct {
	URL      string         `json:"url,omitempty"`    // where the browser ended
	Status   int            `json:"status,omitempty"` // of the application's last answer
	Body     string         `json:"body,omitempty"`
	Code     string         `json:"code,omitempty"`
	State    string         `json:"state,omitempty"`
	Nonce    string         `json:"nonce,omitempty"`
	Verifier string         `json:"code_verifier,omitempty"`
	Tokens   map[string]any `json:"tokens,omitempty"`

	DPoP *jose.JSONWebKey `json:"dpop_key,omitempty"` // private: what the access token is bound to
}

// Run signs in and prints one JSON object.
func (c loginCommand) Run(w world) error {
	if c.Client == "" && c.Secret+c.Key+c.Alg != "" || c.Key == "" && c.Alg != "" {
		return fmt.Errorf("%w: --secret and --key belong to --client, and --alg to --key", errUsage)
	}
	door, err := c.door()
	if err != nil {
		return err
	}
	person, err := c.find(w, c.As)
	if err != nil {
		return err
	}
	visit := shortcut.Visit{Start: c.Start, Complete: door.As(person.UUID, c.Role)}
	var r result
	if c.Client != "" {
		r, err = c.play(w.ctx, door, visit)
	} else {
		r, err = follow(w.ctx, visit)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(w.stdout).Encode(r)
}

// follow goes through somebody's application.
func follow(ctx context.Context, visit shortcut.Visit) (result, error) {
	p, err := visit.Run(ctx)
	if err != nil {
		return result{}, err
	}
	return result{URL: p.URL.String(), Status: p.Status, Body: p.Body}, nil
}

// application is what login plays with --client.
type application struct {
	oauth2.Config
	metadata
	proof
	door control.Client
}

// application reads what the provider knows of the client, and its key.
func (c loginCommand) application(ctx context.Context, door control.Client) (a application, err error) {
	a.door = door
	var at struct{ Issuer string }
	if err := door.Ask(ctx, "GET", nil, &at, "provider"); err != nil {
		return a, err
	}
	var registered op.Client
	if err := door.Ask(ctx, "GET", nil, &registered, "clients", c.Client); err != nil {
		return a, err
	}
	if a.metadata, err = discover(ctx, at.Issuer); err != nil {
		return a, err
	}
	switch {
	case c.Key != "":
		a.proof, err = readProof(c.Key, c.Alg, registered, a.Algorithms)
	case a.MustPush:
		err = fmt.Errorf("%w: the provider is in mode fapi2, where --client needs --key", errUsage)
	}
	if c.Redirect == "" {
		c.Redirect = registered.RedirectURIs[0]
	}
	a.Config = oauth2.Config{ClientID: c.Client, ClientSecret: c.Secret, RedirectURL: c.Redirect,
		Endpoint: oauth2.Endpoint{AuthURL: a.Authorize, TokenURL: a.Token, AuthStyle: style(registered.Method)}}
	return a, err
}

// play is an application with PKCE, state and nonce; in mode fapi2 it pushes its
// request and has its tokens bound to a key.
func (c loginCommand) play(ctx context.Context, door control.Client, visit shortcut.Visit) (result, error) {
	a, err := c.application(ctx, door)
	if err != nil {
		return result{}, err
	}
	r := result{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}
	visit.Start = a.AuthCodeURL(r.State, oauth2.S256ChallengeOption(r.Verifier), oauth2.SetAuthURLParam("nonce", r.Nonce),
		oauth2.SetAuthURLParam("scope", c.Scope), oauth2.SetAuthURLParam("acr_values", c.ACR))
	if a.MustPush {
		if visit.Start, err = a.pushed(ctx, visit.Start); err != nil {
			return result{}, err
		}
	}
	visit.Stop = a.RedirectURL
	page, err := visit.Run(ctx)
	if err != nil {
		return result{}, err
	}
	back := page.URL.Query()
	if back.Get("code") == "" {
		return result{}, fmt.Errorf("no code came back: %s %s", back.Get("error"), back.Get("error_description"))
	}
	r.URL, r.Code = page.URL.String(), back.Get("code")
	switch {
	case c.Secret != "":
		err = r.redeem(ctx, a.Config)
	case c.Key != "":
		err = r.prove(ctx, a)
	}
	return r, err
}

// now is the provider's time, which may be another than this machine's.
func (a application) now(ctx context.Context) (time.Time, error) {
	var clock struct{ Now int64 }
	err := a.door.Ask(ctx, "GET", nil, &clock, "clock")
	return time.Unix(clock.Now, 0), err
}

// proves is the client assertion as parameters, of the provider's time.
func (a application) proves(ctx context.Context) (url.Values, time.Time, error) {
	now, err := a.now(ctx)
	if err != nil {
		return nil, now, err
	}
	token, err := a.assertion(a.ClientID, a.audience(), now)
	return url.Values{"client_assertion_type": {assertionType}, "client_assertion": {token}}, now, err
}

func (a application) pushed(ctx context.Context, request string) (string, error) {
	proves, _, err := a.proves(ctx)
	if err != nil {
		return "", err
	}
	return a.push(ctx, request, proves)
}

// prove turns the code into tokens by key.
func (r *result) prove(ctx context.Context, a application) error {
	proves, now, err := a.proves(ctx)
	if err != nil {
		return err
	}
	if a.MustPush {
		p, err := newPossession(now)
		if err != nil {
			return err
		}
		key := p.JWK()
		ctx, r.DPoP = context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: p}), &key
	}
	var more []oauth2.AuthCodeOption
	for name := range proves {
		more = append(more, oauth2.SetAuthURLParam(name, proves.Get(name)))
	}
	return r.redeem(ctx, a.Config, more...)
}

func style(method string) oauth2.AuthStyle {
	if method == "client_secret_basic" {
		return oauth2.AuthStyleInHeader
	}
	return oauth2.AuthStyleInParams
}

// redeem turns the code into tokens.
func (r *result) redeem(ctx context.Context, app oauth2.Config, more ...oauth2.AuthCodeOption) error {
	t, err := app.Exchange(ctx, r.Code, append(more, oauth2.VerifierOption(r.Verifier))...)
	if err != nil {
		return fmt.Errorf("the code is not redeemed: %w", err)
	}
	r.Tokens = map[string]any{"access_token": t.AccessToken, "token_type": t.TokenType, "expires_in": t.ExpiresIn,
		"id_token": t.Extra("id_token"), "scope": t.Extra("scope")}
	return nil
}
