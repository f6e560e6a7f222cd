package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// receipt is the provider's answer to an assertion it accepts (PROTOCOL.md §6).
type receipt struct {
	Issuer      string `json:"iss"`
	Audience    string `json:"aud"`
	Transaction string `json:"txn"`
	Nonce       string `json:"nonce"`
	Subject     string `json:"sub"`
	Expires     int64  `json:"exp"`
	Ticket      string `json:"ticket"`
}

// answer posts the assertion and takes the ticket from a verified receipt.
func (f *flow) answer(ctx context.Context, assertion string) error {
	resp, body, err := f.provider.do(ctx, http.MethodPost, "/smartcard/v1/assertions", "application/jwt", assertion)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fail(ProviderUnreachable, "assertion: %w", err)
	}
	switch {
	case resp.StatusCode == http.StatusForbidden && code(body) == "device_unknown":
		return fail(DeviceUnknown, "assertion: %s", reason(body))
	case resp.StatusCode == http.StatusBadRequest || resp.StatusCode == http.StatusForbidden:
		return fail(AssertionRefused, "assertion: %s", reason(body))
	case resp.StatusCode != http.StatusOK:
		return fail(ProviderUnreachable, "assertion: HTTP %d", resp.StatusCode)
	}
	payload, err := f.provider.open(ctx, string(body), "cis2-receipt+jwt")
	if err != nil {
		return fail(ProviderUnreachable, "receipt: %w", err)
	}
	var r receipt
	if err = json.Unmarshal(payload, &r); err == nil {
		err = f.checkReceipt(r)
	}
	if err != nil {
		return fail(ProviderUnreachable, "receipt: %w", err)
	}
	f.ticket = r.Ticket
	return nil
}

// checkReceipt ties the receipt to this sign-in and this holder.
func (f *flow) checkReceipt(r receipt) error {
	switch {
	case r.Issuer != f.request.Issuer || r.Audience != audience:
		return fmt.Errorf("iss is %q, aud is %q", r.Issuer, r.Audience)
	case r.Transaction != f.request.Transaction || r.Nonce != f.request.Nonce:
		return errors.New("it is for another request")
	case r.Subject != f.facts.Holder.UUID:
		return fmt.Errorf("sub is %q", r.Subject)
	case !f.now().Add(f.skew).Before(time.Unix(r.Expires, 0).Add(leeway)):
		return errors.New("it has expired")
	case !validNonce.MatchString(r.Ticket):
		return errNoTicket
	}
	return nil
}

// code is the error of a refusal, empty when it has none.
func code(body []byte) string {
	var e struct {
		Code string `json:"error"`
	}
	_ = json.Unmarshal(body, &e) // no JSON has no code
	return e.Code
}

// reason is what a refusal says, made safe for a log.
func reason(body []byte) string {
	var e struct {
		Code string `json:"error"`
		Text string `json:"error_description"`
	}
	if json.Unmarshal(body, &e) != nil {
		return "refused without a reason"
	}
	return passcode.Clean(e.Code + ": " + e.Text)
}

// report tells the provider how the sign-in failed, once, even if the caller
// has gone. Whether it listens changes nothing here.
func (f *flow) report(ctx context.Context, status Status) {
	if !f.verified {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), exchangeTime)
	defer cancel()
	body, _ := json.Marshal(struct {
		Version int    `json:"version"`
		Code    Status `json:"status_code"`
		Name    string `json:"status_string"`
	}{1, status, status.String()})
	resp, _, err := f.provider.do(ctx, http.MethodPost, "/smartcard/v1/requests/"+f.id+"/failure", "application/json", string(body))
	if err != nil {
		f.about().Warn("the provider could not be told", "error", err)
		return
	}
	f.about().Debug("the provider was told", "status", status.String(), "http", resp.StatusCode)
}
