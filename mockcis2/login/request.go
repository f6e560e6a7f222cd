package login

import (
	"net/http"
	"strings"
	"time"
)

// request is GET {issuer}/smartcard/v1/requests/{id} (PROTOCOL section 5). It
// is answered once.
func (l *Login) request(w http.ResponseWriter, r *http.Request) {
	now := l.Now()
	l.mu.Lock()
	t, ok := l.transactions[r.PathValue("id")]
	ok = ok && cardWay(t.ask) != "" && t.state == waiting && !t.fetched && now.Before(t.ends)
	if ok {
		t.fetched, t.device = true, l.Devices.Ask()
	}
	l.mu.Unlock()
	if !ok {
		problem(w, http.StatusNotFound, "not_found", "The id is unknown, expired or used.")
		return
	}
	token, err := l.signRequest(t, now)
	if err != nil {
		l.Log.Error("sign request", "err", err)
		problem(w, http.StatusInternalServerError, "server_error", "The request cannot be signed.")
		return
	}
	l.jwt(w, token)
}

func (l *Login) signRequest(t *transaction, now time.Time) (string, error) {
	c := map[string]any{"iss": l.Issuer, "aud": "smartcard-connect", "jti": l.token(), "txn": t.id, "nonce": t.nonce,
		"iat": now.Unix(), "exp": t.ends.Unix(), "acr_values": t.ask.ACR, "client_name": t.ask.Client.Name,
		"environment": l.Environment, "device": t.device}
	return l.Ring.Sign("cis2-authn-req+jwt", c)
}

// jwt answers with a token, on the provider's clock: the agent measures time
// against Date.
func (l *Login) jwt(w http.ResponseWriter, token string) {
	w.Header().Set("Content-Type", "application/jwt")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Date", l.Now().UTC().Format(http.TimeFormat))
	_, _ = strings.NewReader(token).WriteTo(w) // a reader that went away is no error of ours
}
