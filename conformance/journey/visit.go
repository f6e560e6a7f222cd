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
	j := &Journey{t: t, App: &relyingparty.Application{Redirect: redirect}, Browser: browser.New(t.HTTP)}
	if err := j.open(ctx, authorize); err != nil {
		return "", err
	}
	reply, err := j.Hand(ctx, browser.Hub)
	if err != nil {
		return "", err
	}
	if reply.StatusCode != 0 {
		return "", Status(reply.StatusCode)
	}
	if err := j.Complete(ctx, reply.Ticket); err != nil {
		return "", err
	}
	if err := j.Arrive(ctx); err != nil {
		return "", err
	}
	return j.Page.URL.String(), nil
}
