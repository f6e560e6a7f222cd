package login

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// How applications are told: each has five seconds, so many at once.
const (
	logoutTime      = 5 * time.Second
	parallelLogouts = 16
	logoutEvent     = "http://schemas.openid.net/event/backchannel-logout"
)

// tell sends one logout token (OpenID Connect Back-Channel Logout 1.0 sections
// 2.4 and 2.5; facts on CIS2 section 1.9: one HTTPS endpoint per client, 200 or
// 400). What came of it is an event. It is tried once.
func (l *Login) tell(c op.Client, subject, sid string) {
	l.sending <- struct{}{}
	defer func() { <-l.sending }()
	ctx, cancel := context.WithTimeout(context.Background(), logoutTime)
	defer cancel()
	said, err := l.post(ctx, c, subject, sid)
	if err != nil {
		said = "failed: " + err.Error()
	}
	l.Event("back-channel logout of " + subject + " at " + c.ID + " " + said)
}

func (l *Login) post(ctx context.Context, c op.Client, subject, sid string) (string, error) {
	token, err := l.logoutToken(c.ID, subject, sid)
	if err != nil {
		return "", err
	}
	body := strings.NewReader(url.Values{"logout_token": {token}}.Encode())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.BackchannelLogoutURI, body)
	if err != nil {
		return "", fmt.Errorf("backchannel_logout_uri: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := l.Logout.RoundTrip(r) // a transport follows no redirect
	if err != nil {
		return "", err
	}
	_, _ = io.CopyN(io.Discard, answer.Body, 4096) // of an answer nobody reads
	_ = answer.Body.Close()
	if answer.StatusCode == http.StatusOK || answer.StatusCode == http.StatusNoContent {
		return fmt.Sprintf("accepted with %d", answer.StatusCode), nil
	}
	return fmt.Sprintf("refused with %d", answer.StatusCode), nil
}

// logoutToken has no nonce, and its typ says what it is. aud is a string, as in
// ID tokens.
func (l *Login) logoutToken(client, subject, sid string) (string, error) {
	now := l.Now()
	return l.Ring.Sign("logout+jwt", map[string]any{"iss": l.Issuer, "sub": subject, "aud": client, "sid": sid, "jti": l.token(),
		"iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "events": map[string]any{logoutEvent: struct{}{}}})
}
