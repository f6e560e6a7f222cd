package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
)

// told are the logout tokens that were sent to this client.
func (s *Subject) told() []diary.Entry {
	return slices.DeleteFunc(slices.Clone(s.Entries), func(e diary.Entry) bool { return e.Told == nil || e.Told.Client != s.Client })
}

// wrong is what an application must find in a logout token that is not right, or
// nothing (OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6).
func (s *Subject) wrong(e diary.Entry) string {
	t, now := e.Told.Token, e.At.Unix()
	switch {
	case t.Unreadable || t.Alg == "none" || t.Alg == "" || strings.HasPrefix(t.Alg, "HS"):
		return fmt.Sprintf("alg is %q", t.Alg)
	case !e.Told.Signed:
		return fmt.Sprintf("no published key has signed it (kid %q)", t.KeyID)
	case t.Issuer != s.Issuer:
		return fmt.Sprintf("iss is %q", t.Issuer)
	case !slices.Contains(t.Audience, s.Client):
		return fmt.Sprintf("aud is %q", t.Audience)
	case t.Ends+60 < now:
		return fmt.Sprintf("exp was %d s ago", now-t.Ends)
	case t.Issued == 0 || t.Issued > now+300:
		return fmt.Sprintf("iat is %d", t.Issued)
	case !e.Told.Event:
		return "back-channel logout is not among its events"
	case t.Nonce != "":
		return "it has a nonce"
	case t.ID == "":
		return "it has no jti"
	case t.Subject == "" && e.Told.Session == "":
		return "it names neither a person nor a session"
	}
	return ""
}
