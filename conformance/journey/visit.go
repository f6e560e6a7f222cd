package journey

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// Visit signs in for an application that is not ours: it takes a new browser to
// the application's authorization URL and returns the address at redirect with
// which the browser comes back.
func Visit(ctx context.Context, t *target.Target, authorize, redirect string) (string, error) {
	return VisitIn(ctx, t, browser.New(t.HTTP), authorize, redirect)
}

// VisitIn is Visit in a browser that goes on afterwards: an application that is
// a server keeps its cookies there, and end may be a page behind its callback.
func VisitIn(ctx context.Context, t *target.Target, b *browser.Browser, authorize, end string) (string, error) {
	return VisitBy(ctx, t, b, authorize, end, byAgent)
}

// Prove makes the ticket of a transaction: an agent does, or whoever has a card.
type Prove func(ctx context.Context, t *target.Target, b *browser.Browser, id string) (ticket string, err error)

// byAgent hands over by JSON: a hub's connection would stay for a while.
func byAgent(ctx context.Context, t *target.Target, b *browser.Browser, id string) (string, error) {
	reply, err := Hand(ctx, t, b, browser.JSON, id)
	if err == nil && reply.StatusCode != 0 {
		err = Status(reply.StatusCode)
	}
	return reply.Ticket, err
}

// VisitBy is VisitIn with another way to prove the card.
func VisitBy(ctx context.Context, t *target.Target, b *browser.Browser, authorize, end string, prove Prove) (string, error) {
	j := &Journey{t: t, App: &relyingparty.Application{Redirect: end}, Browser: b}
	if err := j.open(ctx, authorize); err != nil {
		if j.Page != nil && j.Home() { // the provider refused at once
			return j.Page.URL.String(), nil
		}
		return "", err
	}
	if err := j.pass(ctx, prove); err != nil {
		return "", err
	}
	return j.Page.URL.String(), nil
}
