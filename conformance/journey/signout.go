package journey

import (
	"context"
	"fmt"
	"net/http"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// SignOut ends the session of b at the provider's own page, as a person does
// whom no application sends there: the page asks, and its button is pressed.
func SignOut(ctx context.Context, t *target.Target, b *browser.Browser) error {
	page, err := b.Go(ctx, t.Issuer+"/connect/endSession", "")
	if err != nil {
		return err
	}
	j := &Journey{t: t, App: &relyingparty.Application{}, Browser: b, Page: page}
	if _, err := j.Continue(ctx); err != nil {
		return err
	}
	if j.Page.Status != http.StatusOK {
		return fmt.Errorf("signing out ends at %s with status %d", j.Page.URL.Path, j.Page.Status)
	}
	return nil
}
