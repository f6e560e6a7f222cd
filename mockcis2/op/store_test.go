package op

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/ory/fosite"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// Requirement: a second use of a code ends the grant even when it comes between
// the first one's spending of the code and the keeping of its tokens. Source:
// RFC 6749 section 4.1.2. Turned red by: forgetting which grants have ended.
func TestTokensOfAnEndedGrantAreNotKept(t *testing.T) {
	e := New(Settings{Issuer: "https://op.example.test", Ring: NewKeyRing(testpki.Published("provider")), Mode: Extended(),
		Faults: &fault.Set{}, Now: time.Now, Rand: rand.Reader})
	ctx := context.Background()
	grant := func(id string) fosite.Requester {
		r := fosite.NewRequest()
		r.SetID(id)
		r.SetSession(newSession(Grant{}, e.shift))
		return r
	}
	for id, over := range map[string]bool{"ended": true, "alive": false} {
		if over {
			if err := e.store.RevokeAccessToken(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.store.CreateAccessTokenSession(ctx, "access of "+id, grant(id)); err != nil {
			t.Fatal(err)
		}
		if err := e.store.CreateRefreshTokenSession(ctx, "refresh of "+id, "", grant(id)); err != nil {
			t.Fatal(err)
		}
		if _, err := e.store.GetAccessTokenSession(ctx, "access of "+id, nil); (err != nil) != over {
			t.Errorf("access token of the grant that is %s: %v", id, err)
		}
		if _, err := e.store.GetRefreshTokenSession(ctx, "refresh of "+id, nil); (err != nil) != over {
			t.Errorf("refresh token of the grant that is %s: %v", id, err)
		}
	}
}
