package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

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
	Key      string `placeholder:"FILE" xor:"proof" help:"Private key of --client, PEM or JWK: the code is redeemed with it (private_key_jwt)."`
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

// play is an application with PKCE, state and nonce.
func (c loginCommand) play(ctx context.Context, door control.Client, visit shortcut.Visit) (result, error) {
	var at struct{ Issuer string }
	if err := door.Ask(ctx, "GET", nil, &at, "provider"); err != nil {
		return result{}, err
	}
	var registered op.Client
	if err := door.Ask(ctx, "GET", nil, &registered, "clients", c.Client); err != nil {
		return result{}, err
	}
	var p proof
	if c.Key != "" {
		var err error
		if p, err = readProof(c.Key, c.Alg, registered); err != nil {
			return result{}, err
		}
	}
	if c.Redirect == "" {
		c.Redirect = registered.RedirectURIs[0]
	}
	app := oauth2.Config{ClientID: c.Client, ClientSecret: c.Secret, RedirectURL: c.Redirect,
		Endpoint: oauth2.Endpoint{AuthURL: at.Issuer + "/authorize", TokenURL: at.Issuer + "/access_token", AuthStyle: style(registered.Method)}}
	r := result{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}
	visit.Start = app.AuthCodeURL(r.State, oauth2.S256ChallengeOption(r.Verifier), oauth2.SetAuthURLParam("nonce", r.Nonce),
		oauth2.SetAuthURLParam("scope", c.Scope), oauth2.SetAuthURLParam("acr_values", c.ACR))
	visit.Stop = c.Redirect
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
		err = r.redeem(ctx, app)
	case c.Key != "":
		err = r.prove(ctx, door, app, p)
	}
	return r, err
}

// prove turns the code into tokens by key. The assertion is of the provider's
// time, which may be another than this machine's.
func (r *result) prove(ctx context.Context, door control.Client, app oauth2.Config, p proof) error {
	var clock struct{ Now int64 }
	if err := door.Ask(ctx, "GET", nil, &clock, "clock"); err != nil {
		return err
	}
	token, err := p.assertion(app.ClientID, app.Endpoint.TokenURL, time.Unix(clock.Now, 0))
	if err != nil {
		return err
	}
	return r.redeem(ctx, app, oauth2.SetAuthURLParam("client_assertion_type", assertionType), oauth2.SetAuthURLParam("client_assertion", token))
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
