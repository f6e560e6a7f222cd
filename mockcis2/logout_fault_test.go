package mockcis2_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

// ended is the end of two sessions, one after the other, as an application on
// the back channel saw it.
type ended struct {
	s             *mockcis2.Server
	told          []string       // logout tokens, in the order in which they came
	said          string         // the last event about them
	first, second map[string]any // claims of each session's token; nil when none came
}

// ends watches two sessions end because nobody used them.
func ends(t *testing.T, s *mockcis2.Server) (e ended) {
	t.Helper()
	came := make(chan string, 8)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { came <- r.PostFormValue("logout_token") }))
	defer app.Close()
	c, _ := s.Client(toy)
	c.BackchannelLogoutURI = app.URL
	if err := s.SetClient(c); err != nil {
		t.Fatal(err)
	}
	e.s = s
	for _, claims := range []*map[string]any{&e.first, &e.second} {
		signIn(t, newBrowser(t), raw(s), holder(s, 0), "")
		s.ForgetHistory()
		s.Advance(15 * time.Minute)
		e.said = saying(t, s, "back-channel logout", "(1 of 2)")
		if strings.Contains(e.said, "waits") {
			s.Advance(3 * time.Minute)
			e.said += ", then " + saying(t, s, "accepted", "")
		}
		for len(came) > 0 {
			e.told = append(e.told, <-came)
			*claims, _ = payload(e.told[len(e.told)-1])
		}
	}
	return e
}

// saying waits for an event with this text, and without that one; the test's own
// deadline ends it.
func saying(t *testing.T, s *mockcis2.Server, text, but string) string {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		for _, x := range s.History() {
			if strings.Contains(x.Event, text) && (but == "" || !strings.Contains(x.Event, but)) {
				return x.Event
			}
		}
	}
	t.Fatalf("nothing says %q", text)
	return ""
}

// logouts are the faults of logout tokens, by what shows of them.
var logouts = map[string]func(e ended) bool{
	"wrong-key":      header(`"kid":"not-published"`),
	"alg-none":       header(`"alg":"none"`),
	"wrong-aud":      second("aud", "somebody-else.apps.national"),
	"wrong-iss":      second("iss", "https://am.elsewhere.test/openam/oauth2"),
	"expired":        func(e ended) bool { exp, _ := e.second["exp"].(float64); return exp < float64(e.s.Now().Unix()) },
	"without-events": second("events", nil),
	"other-event": func(e ended) bool {
		events, _ := e.second["events"].(map[string]any)
		return len(events) == 1 && events["http://schemas.openid.net/event/backchannel-logout"] == nil
	},
	"with-nonce":    func(e ended) bool { return e.second["nonce"] != nil },
	"about-nobody":  func(e ended) bool { return e.second != nil && e.second["sid"] == nil && e.second["sub"] == nil },
	"about-another": second("sid", "another-session"),
	"jti-reused":    func(e ended) bool { return e.second["jti"] != nil && e.first["jti"] == e.second["jti"] },
	"without-jti":   second("jti", nil),
	"late":          func(e ended) bool { return strings.Contains(e.said, "waits for 3m0s, then ") && len(e.told) == 2 },
	"never-sent":    func(e ended) bool { return len(e.told) == 0 && strings.Contains(e.said, "is not sent") },
	"twice":         func(e ended) bool { return len(e.told) == 4 && e.told[0] == e.told[1] },
}

// second says that the second session's token has a claim of this value; nil is
// none.
func second(name string, value any) func(ended) bool {
	return func(e ended) bool { return e.second != nil && e.second[name] == value }
}

func header(part string) func(ended) bool {
	return func(e ended) bool { h, _ := e.second["(header)"].(string); return strings.Contains(h, part) }
}
