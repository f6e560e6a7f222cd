package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// wantStatus wants a provider's no with one of the statuses.
func wantStatus(err error, what string, statuses ...int) error {
	var no refused
	if err == nil {
		return fmt.Errorf("the provider accepts %s: it answers as to a right one, not %v", what, statuses)
	}
	if !errors.As(err, &no) {
		return err
	}
	for _, s := range statuses {
		if no.Status == s {
			return nil
		}
	}
	return fmt.Errorf("%s is answered %d, not %v", what, no.Status, statuses)
}

func requestUnknown(ctx context.Context, t *target.Target) error {
	_, _, err := of(t, person).request(ctx, "AAAAAAAAAAAAAAAAAAAAAA")
	return wantStatus(err, "the request of an unknown transaction (404)", http.StatusNotFound)
}

func requestShape(ctx context.Context, t *target.Target) error {
	j, err := journey.Start(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	_, claims, err := of(t, person).request(ctx, j.ID)
	if err != nil {
		return fmt.Errorf("the request: %w", err)
	}
	for _, name := range []string{"jti", "nonce", "client_name", "environment", "device", "acr_values"} {
		if s, _ := claims[name].(string); s == "" {
			return fmt.Errorf("the request has no %s", name)
		}
	}
	if claims["txn"] != j.ID {
		return fmt.Errorf("the request's txn is %v, not the id asked for", claims["txn"])
	}
	iat, _ := claims["iat"].(float64)
	exp, _ := claims["exp"].(float64)
	if life := time.Duration(exp-iat) * time.Second; life <= 0 || life > 10*time.Minute {
		return fmt.Errorf("the request lives %s, at most 600 s are allowed", life)
	}
	if nonce, _ := claims["nonce"].(string); len(nonce) < 22 {
		return fmt.Errorf("the request's nonce has %d characters, less than 128 bits", len(nonce))
	}
	return nil
}

// mustNotSignIn starts a sign-in and wants the assertion of h refused.
func mustNotSignIn(ctx context.Context, t *target.Target, h *hand, what string) error {
	j, err := journey.Start(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	_, err = h.ticket(ctx, j.ID)
	return wantStatus(err, what, http.StatusBadRequest, http.StatusForbidden)
}

func cardAuthority(ctx context.Context, t *target.Target) error {
	h, err := selfMade(t, person)
	if err != nil {
		return err
	}
	return mustNotSignIn(ctx, t, h, "a card of an unknown authority")
}

// revoked is the number of the test holder whose card may be revoked for good:
// nobody signs in with it.
const revoked = 5

func cardRevoked(ctx context.Context, t *target.Target) error {
	h := of(t, revoked)
	if err := t.Side.Revoke(ctx, h.sub); err != nil {
		return suite.Broken{Err: err}
	}
	return mustNotSignIn(ctx, t, h, "a revoked card")
}

func cardSigningCertificate(ctx context.Context, t *target.Target) error {
	h := of(t, person)
	h.pair = testpki.Issue(testpki.Holders()[person], t.Now()).ContentCommitment
	return mustNotSignIn(ctx, t, h, "the content-commitment certificate")
}

func cardAudience(ctx context.Context, t *target.Target) error {
	h := of(t, person)
	h.aud = "https://elsewhere.example.test/oauth2"
	return mustNotSignIn(ctx, t, h, "an assertion for another issuer")
}

func cardSubject(ctx context.Context, t *target.Target) error {
	h := of(t, person)
	h.sub = testpki.Holders()[0].UUID
	return mustNotSignIn(ctx, t, h, "an assertion for another person")
}

func deviceRequired(ctx context.Context, t *target.Target) error {
	if err := t.Side.AskDevice(ctx, "required"); err != nil {
		return suite.Broken{Err: err}
	}
	err := mustNotSignIn(ctx, t, of(t, person), "an assertion without a device proof")
	if failed := t.Side.AskDevice(context.WithoutCancel(ctx), "none"); failed != nil {
		return errors.Join(err, suite.Broken{Err: failed})
	}
	return err
}

func cardOnce(ctx context.Context, t *target.Target) error {
	j, err := journey.Start(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	h := of(t, person)
	_, request, err := h.request(ctx, j.ID)
	if err != nil {
		return err
	}
	a, err := h.assertion(request)
	if err != nil {
		return err
	}
	if _, err := h.send(ctx, a); err != nil {
		return err
	}
	_, err = h.send(ctx, a)
	return wantStatus(err, "an assertion that comes again", http.StatusBadRequest, http.StatusForbidden, http.StatusConflict, http.StatusNotFound)
}

// ticketed is a sign-in up to the ticket in our hands.
func ticketed(ctx context.Context, t *target.Target) (*journey.Journey, string, error) {
	return ticketedWith(ctx, t, journey.Options{})
}

func ticketedWith(ctx context.Context, t *target.Target, o journey.Options) (*journey.Journey, string, error) {
	j, err := journey.Start(ctx, t, o)
	if err != nil {
		return nil, "", err
	}
	ticket, err := of(t, person).ticket(ctx, j.ID)
	return j, ticket, err
}

// refusesTicket wants 403 for a ticket from j's browser.
func refusesTicket(ctx context.Context, j *journey.Journey, ticket, what string) error {
	if err := j.Complete(ctx, ticket); err != nil {
		return err
	}
	if j.Home() || j.Page.Status != http.StatusForbidden {
		return fmt.Errorf("%s is answered %d, not 403", what, j.Page.Status)
	}
	return nil
}

func ticketOnce(ctx context.Context, t *target.Target) error {
	j, ticket, err := ticketed(ctx, t)
	if err != nil {
		return err
	}
	if err := j.Complete(ctx, ticket); err != nil {
		return err
	}
	if !j.Home() && j.Page.Status != http.StatusOK {
		return fmt.Errorf("the first use of the ticket is answered %d", j.Page.Status)
	}
	return refusesTicket(ctx, j, ticket, "a ticket that is used again")
}

func ticketCookie(ctx context.Context, t *target.Target) error {
	j, ticket, err := ticketed(ctx, t)
	if err != nil {
		return err
	}
	thief := *j
	thief.Browser = browser.New(t.HTTP)
	if err := refusesTicket(ctx, &thief, ticket, "a ticket without the cookie"); err != nil {
		return err
	}
	return refusesTicket(ctx, j, ticket, "a ticket that should be burnt, as it came without the cookie before,")
}

func failureOnce(ctx context.Context, t *target.Target) error {
	j, err := journey.Start(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	h := of(t, person)
	_, request, err := h.request(ctx, j.ID)
	if err != nil {
		return err
	}
	report := func() error {
		body, _ := json.Marshal(map[string]any{"version": 1, "status_code": uint32(journey.Cancelled), "status_string": "CANCELLED"})
		_, err := h.do(ctx, http.MethodPost, t.Issuer+"/smartcard/v1/requests/"+j.ID+"/failure", "application/json", bytes.TrimSpace(body))
		return err
	}
	if err := report(); err != nil {
		return err
	}
	if err := wantStatus(report(), "a second failure report", http.StatusConflict); err != nil {
		return err
	}
	a, err := h.assertion(request)
	if err != nil {
		return err
	}
	_, err = h.send(ctx, a)
	return wantStatus(err, "an assertion after a failure", http.StatusBadRequest, http.StatusForbidden, http.StatusConflict, http.StatusNotFound)
}
