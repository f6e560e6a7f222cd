package lint

import (
	"strconv"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
)

// asserted are the requests with a client assertion.
func (s *Subject) asserted() []diary.Entry {
	var out []diary.Entry
	for _, e := range s.asked("token", "par", "introspect", "revoke") {
		if e.Assertion != nil {
			out = append(out, e)
		}
	}
	return out
}

// secretive are the requests that carry secrets, to endpoints whose URL is the
// relying party's doing.
func (s *Subject) secretive() []diary.Entry {
	return s.asked("authorize", "par", "token", "userinfo", "introspect", "revoke")
}

// issued is when an assertion began: iat, or nbf, or the request itself.
func issued(e diary.Entry) int64 {
	switch a := e.Assertion; {
	case a.Issued != 0:
		return a.Issued
	case a.Begins != 0:
		return a.Begins
	}
	return e.At.Unix()
}

// bearer is the hash of the access token, from header or body.
func bearer(e diary.Entry) string {
	if h := e.Hash("bearer"); h != "" {
		return h
	}
	return e.Hash("access_token")
}

// issuedTo says whether an ID token, by its hash, was given to this client.
func (s *Subject) issuedTo(hash string) bool {
	for _, e := range s.own {
		if e.Got("id_token") == hash {
			return true
		}
	}
	return false
}

// weaker compares the digit of AAL3_…: the lowest that was asked for counts.
// A missing acr is not judged, CIS2's default being AAL3_ANY.
func weaker(got, asked string) bool {
	least := byte('9')
	for _, v := range strings.Fields(asked) {
		if len(v) > 3 && strings.HasPrefix(v, "AAL") {
			least = min(least, v[3])
		}
	}
	return least != '9' && len(got) > 3 && strings.HasPrefix(got, "AAL") && got[3] < least
}

// maxAge is what the request asked for, if it did.
func maxAge(ask diary.Entry) (seconds int64, limited bool) {
	seconds, err := strconv.ParseInt(ask.Value("max_age"), 10, 32)
	return seconds, err == nil && seconds >= 0
}

// habit is the value that a client sent in all requests but at most one in
// three, of at least three; empty when there is none.
func (s *Subject) habit(name string) string {
	count, total := map[string]int{}, 0
	for _, t := range s.talks() {
		count[t.ask.Value(name)]++
		total++
	}
	for v, n := range count {
		if total >= 3 && 3*n >= 2*total {
			return v
		}
	}
	return ""
}
