package op

import "errors"

// ErrHint is an id_token_hint that is not an ID token of this provider.
var ErrHint = errors.New("id_token_hint is not an ID token of this provider")

// Hint is what an ID token of ours says when it comes back (OpenID Connect
// Core section 3.1.2.1, RP-Initiated Logout section 2).
type Hint struct{ Subject, Client, SID string }

// Hint verifies an ID token by any key of ours. One that has expired is as
// good as a new one. The error is ErrHint.
func (r *KeyRing) Hint(token, issuer string) (Hint, error) {
	c, err := r.verify(token)
	if err != nil || c["iss"] != issuer || c["tokenName"] != "id_token" {
		return Hint{}, ErrHint
	}
	text := func(name string) string { s, _ := c[name].(string); return s }
	h := Hint{Subject: text("sub"), Client: text("azp"), SID: text("sid")}
	if h.Subject == "" || h.Client == "" {
		return Hint{}, ErrHint
	}
	return h, nil
}

// Client is the registered client with this id.
func (e *Engine) Client(id string) (Client, bool) {
	return e.store.client(id)
}
