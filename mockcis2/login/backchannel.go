package login

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// How applications are told: each has five seconds, so many at once.
const (
	logoutTime      = 5 * time.Second
	parallelLogouts = 16
)

// late is a logout token that is sent later than made.
type late struct {
	at       time.Time
	client   op.Client
	subject  string
	delivery fault.Delivery
}

// tell sends one logout token (OpenID Connect Back-Channel Logout 1.0 sections
// 2.4 and 2.5; facts on CIS2 section 1.9: one HTTPS endpoint per client, 200 or
// 400), once and at once but for faults. l.mu is held.
func (l *Login) tell(c op.Client, flow, subject, sid string) {
	token, err := l.logoutToken(c.ID, subject, sid)
	if err != nil {
		l.Event("back-channel logout of " + subject + " at " + c.ID + " failed: " + err.Error())
		return
	}
	d := fault.Delivery{Token: token, Times: 1}
	if l.Deliver != nil {
		d = l.Deliver(c.ID, flow, token)
	}
	if d.After > 0 {
		wait := late{l.Now().Add(d.After), c, subject, d}
		l.late = append(l.late, wait)
		l.Event("back-channel logout of " + subject + " at " + c.ID + " waits for " + d.After.String())
		l.wake(wait.at)
		return
	}
	l.sends(late{client: c, subject: subject, delivery: d})
}

// sends lets a delivery go. l.mu is held.
func (l *Login) sends(d late) {
	if d.delivery.Times == 0 {
		l.Event("back-channel logout of " + d.subject + " at " + d.client.ID + " is not sent")
	}
	if l.closed {
		return
	}
	l.telling.Go(func() {
		for n := range d.delivery.Times {
			which := ""
			if d.delivery.Times > 1 {
				which = fmt.Sprintf(" (%d of %d)", n+1, d.delivery.Times)
			}
			l.send(d, which)
		}
	})
}

// send posts one logout token. What came of it is an event. It is tried once.
func (l *Login) send(d late, which string) {
	select {
	case l.sending <- struct{}{}:
		defer func() { <-l.sending }()
	case <-l.life.Done():
		return
	}
	ctx, cancel := context.WithTimeout(l.life, logoutTime)
	defer cancel()
	status, err := l.post(ctx, d.client, d.delivery.Token)
	said := fmt.Sprintf("refused with %d", status)
	switch {
	case err != nil:
		said = "failed: " + err.Error()
	case status == http.StatusOK || status == http.StatusNoContent:
		said = fmt.Sprintf("accepted with %d", status)
	}
	l.Told("back-channel logout of "+d.subject+" at "+d.client.ID+" "+said+which, d.delivery.Token,
		diary.Told{Client: d.client.ID, Signed: l.Ring.Signed(d.delivery.Token), Status: status})
}

// overdue sends the logout tokens whose time has come. l.mu is held.
func (l *Login) overdue(now time.Time) {
	l.late = slices.DeleteFunc(l.late, func(d late) bool {
		if now.Before(d.at) {
			return false
		}
		l.sends(d)
		return true
	})
}

// Close ends what is under way to applications. Nothing is sent after it.
func (l *Login) Close() {
	l.mu.Lock()
	l.closed, l.late = true, nil
	l.mu.Unlock()
	l.stop()
	l.telling.Wait()
}

// post is the HTTP status of the answer.
func (l *Login) post(ctx context.Context, c op.Client, token string) (int, error) {
	body := strings.NewReader(url.Values{"logout_token": {token}}.Encode())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.BackchannelLogoutURI, body)
	if err != nil {
		return 0, fmt.Errorf("backchannel_logout_uri: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := l.Logout.RoundTrip(r) // a transport follows no redirect
	if err != nil {
		return 0, err
	}
	_, _ = io.CopyN(io.Discard, answer.Body, 4096) // of an answer nobody reads
	_ = answer.Body.Close()
	return answer.StatusCode, nil
}

// logoutToken has no nonce, and its typ says what it is. aud is a string, as in
// ID tokens.
func (l *Login) logoutToken(client, subject, sid string) (string, error) {
	now := l.Now()
	return l.Ring.Sign("logout+jwt", map[string]any{"iss": l.Issuer, "sub": subject, "aud": client, "sid": sid, "jti": l.token(),
		"iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "events": map[string]any{diary.LogoutEvent: struct{}{}}})
}
