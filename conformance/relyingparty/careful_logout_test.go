package relyingparty_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"

	"github.com/coreos/go-oidc/v3/oidc"
)

// farewell are the claims of a logout token (OpenID Connect Back-Channel Logout
// 1.0 section 2.4).
type farewell struct {
	Sub    string                     `json:"sub"`
	SID    string                     `json:"sid"`
	ID     string                     `json:"jti"`
	Issued float64                    `json:"iat"`
	Nonce  any                        `json:"nonce"`
	Events map[string]json.RawMessage `json:"events"`
}

const signedOut = "http://schemas.openid.net/event/backchannel-logout"

// opens begins a session. Without a sid it can be ended by its sub alone.
func (c *careful) opens(who claims) {
	if c.people == nil {
		c.people = map[string]string{}
	}
	c.people[cmp.Or(who.Session, "of "+who.Sub)] = who.Sub
}

func (c *careful) sessions() int { return len(c.people) }

// logout goes through section 2.6, step by step, and ends the session that the
// token names, or every one of the person when it names none (section 2.7).
func (c *careful) logout(ctx context.Context, token string) error {
	ctx = oidc.ClientContext(ctx, c.web)
	verifier := oidc.NewVerifier(c.issuer, farewells{c.keys}, &oidc.Config{ClientID: c.client.ID, SupportedSigningAlgs: []string{"RS256"}, Now: c.now})
	id, err := verifier.Verify(ctx, token)
	if err != nil {
		return err
	}
	var got farewell
	if err := id.Claims(&got); err != nil {
		return err
	}
	if err := c.fits(got); err != nil {
		return err
	}
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	c.seen[got.ID] = true
	for sid, sub := range c.people {
		if (got.SID == "" || got.SID == sid) && (got.Sub == "" || got.Sub == sub) {
			delete(c.people, sid)
		}
	}
	return nil
}

// fits is what go-oidc does not look at.
func (c *careful) fits(got farewell) error {
	event, there := got.Events[signedOut]
	var object map[string]any
	switch {
	case got.Issued == 0 || got.Issued > float64(c.now().Add(leeway).Unix()):
		return errors.New("iat is missing or to come")
	case got.SID == "" && got.Sub == "":
		return errors.New("it is about nobody")
	case !there || json.Unmarshal(event, &object) != nil || object == nil:
		return errors.New("the event is missing")
	case got.Nonce != nil:
		return errors.New("it has a nonce, as ID tokens have")
	case got.ID == "":
		return errors.New("jti is missing")
	case c.seen[got.ID]:
		return errors.New("jti was seen before")
	}
	return nil
}

// farewells are the same keys, for logout tokens.
type farewells struct{ *keySet }

// VerifySignature implements oidc.KeySet.
func (f farewells) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	return f.verify(ctx, token, "logout+jwt")
}
