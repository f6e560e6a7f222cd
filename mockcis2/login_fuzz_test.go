package mockcis2_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

// form is one form of the pages with a good body.
type form struct {
	path string
	good url.Values
}

// send posts any bytes, and follows nothing.
func (b browser) send(to, kind, body string) (int, string) {
	b.t.Helper()
	return b.request(http.MethodPost, to, kind, body)
}

// request sends any bytes by any method, and follows nothing.
func (b browser) request(method, to, kind, body string) (int, string) {
	b.t.Helper()
	r, err := http.NewRequest(method, to, strings.NewReader(body))
	if err != nil {
		return 0, "" // not an address
	}
	r.Header.Set("Content-Type", kind)
	for _, c := range b.Jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		b.t.Fatalf("%s %q %.200q: %v", to, kind, body, err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		b.t.Fatal(err)
	}
	return answer.StatusCode, string(raw)
}

const urlencoded = "application/x-www-form-urlencoded"

// Requirement: a malformed, repeated, oversized or misplaced parameter of any
// form of the pages is refused with a page and its code, and afterwards the flow
// goes on as if nothing had been. Source: RFC 6749 section 3.1, issue "Bad input".
// Turned red by: reading a form with FormValue; burning what was not read.
func TestFormsRefuse(t *testing.T) {
	s := start(t)
	b, a := newBrowser(t), first(t, s)
	tx := b.open(a.url()).transaction(t)
	request, err := fetch(s.Issuer(), tx.ID)
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := holder(s, 1).prove(request, nil)
	if err != nil {
		t.Fatal(err)
	}
	refuse := func(f form) {
		t.Helper()
		for name, value := range f.good {
			one := name + "=" + url.QueryEscape(value[0])
			for what, c := range map[string]struct {
				query, kind, body string
				status            int
			}{
				"malformed":  {"", urlencoded, name + "=%zz", 400},
				"semicolon":  {"", urlencoded, one + ";x=y", 400},
				"repeated":   {"", urlencoded, one + "&" + one, 400},
				"oversized":  {"", urlencoded, one + strings.Repeat("x", 1<<20), 413},
				"misplaced":  {"?" + one, urlencoded, "", 400},
				"both":       {"?" + one, urlencoded, one, 400},
				"json":       {"", "application/json", `{"` + name + `":"` + value[0] + `"}`, 415},
				"multipart":  {"", "multipart/form-data; boundary=x", "--x--", 415},
				"no type":    {"", "", one, 415},
				"many names": {"", urlencoded, one + "&" + strings.Repeat("a&", 2000), 400},
			} {
				status, body := b.send(f.path+c.query, c.kind, c.body)
				if status != c.status || !strings.Contains(body, "400_645 (invalid_request)") {
					t.Errorf("%s, %s: %d %.300s", f.path, what, status, body)
				}
			}
		}
	}
	refuse(form{s.Issuer() + "/smartcard/abandon/" + tx.ID, url.Values{"status": {"0"}}})
	refuse(form{s.Issuer() + "/smartcard/login/" + tx.ID, url.Values{"way": {"pwd"}, "username": {"555000000140"}}})
	refuse(form{tx.Complete, url.Values{"ticket": {ticket}}})
	here := b.post(tx.Complete, url.Values{"ticket": {ticket}})
	refuse(form{here.at.String(), url.Values{"action": {"continue"}, "role": {"5555002500018888"}}})
	for _, role := range []string{"", "1", "5555001700008888", strings.Repeat("5", 5000), "\x00"} {
		if status, body := b.send(here.at.String(), urlencoded, url.Values{"action": {"continue"}, "role": {role}}.Encode()); status != 200 || !strings.Contains(body, "role-problem") {
			t.Errorf("role %.20q: %d %.300s", role, status, body)
		}
	}
	home := b.post(here.at.String(), url.Values{"action": {"continue"}, "role": {"5555002500018888"}}).home
	if _, c, err := a.redeem(home.Get("code")); err != nil || c["selected_roleid"] != "5555002500018888" {
		t.Errorf("the flow was harmed: %v %v", err, c)
	}
}

// fuzzDiary is how many entries the diary under fuzzing keeps, and longestEntry
// how long one may be as JSON, whatever was sent.
const (
	fuzzDiary    = 200
	longestEntry = 1 << 17
)

// Requirement: no bytes sent to any form or smartcard endpoint make it panic or
// answer 5xx; what is refused leaves the sign-in where it was, so that it goes
// on up to a code; another sign-in of the same browser goes on in any case; and
// the diary stays within bounds. Source: issue "Bad input". Turned red by: burning
// a transaction by a form that cannot be read; a diary that keeps whole bodies.
func FuzzForms(f *testing.F) {
	s := &mockcis2.Server{DiaryLimit: fuzzDiary}
	if err := s.Start(); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	paths := []string{"/smartcard/complete", "/smartcard/continue/ID", "/smartcard/abandon/ID", "/smartcard/login/ID",
		"/smartcard/v1/requests/ID/failure", "/smartcard/v1/assertions", "/connect/endSession", "/smartcard/continue/nobody", "/smartcard/resume/ID", "/smartcard/return"}
	for i := range paths {
		f.Add(byte(i), "POST", urlencoded, "ticket=a&ticket=b", "")
		f.Add(byte(i), "POST", "application/json", `{"version":1,"status_code":1096111105,"status_string":"CANCELLED"}`, "")
		f.Add(byte(i), "POST", "application/json", `{"version":1,"version":1}`, "")
		f.Add(byte(i), "POST", "application/jwt", "e30.e30.e30", "a=b")
		f.Add(byte(i), "POST", urlencoded, "way=pwd&username=%00&password=&role=5555&action=not-you&status=99999999999", "way=pwd")
		f.Add(byte(i), "POST", urlencoded, "status=1&client_id=999999999901.apps.national&post_logout_redirect_uri=x&state="+strings.Repeat("x", 20000), "")
		f.Add(byte(i), "POST", "multipart/form-data; boundary=x", "--x\r\n\r\n--x--", "")
		f.Add(byte(i), "GET", "", "", "id_token_hint=e30.e30.e30&client_id=a&client_id=b")
		f.Add(byte(i), "PUT", urlencoded, strings.Repeat("a=b&", 5000), "")
	}
	b := newBrowser(nil) // each round lends it its t
	f.Fuzz(func(t *testing.T, which byte, method, kind, body, query string) {
		b.t = t
		if !printable(kind) || !token.MatchString(method) {
			t.Skip("not a request that HTTP can carry")
		}
		a := first(t, s)
		tx := b.open(a.url(again, param("acr_values", "AAL2_OR_AAL3_ANY"))).transaction(t)
		other := b.open(a.url(again)).transaction(t) // another sign-in of this browser
		to := s.Issuer() + strings.ReplaceAll(paths[int(which)%len(paths)], "ID", tx.ID) + "?" + url.PathEscape(query)
		status, answer := b.request(method, to, kind, body)
		if status >= 500 {
			t.Errorf("%s %s %q %q: %d %s", method, to, kind, body, status, answer)
		}
		if status >= 400 {
			b.goesOn(s, a, tx, 1)
		}
		b.goesOn(s, a, other, 0)
		if all := s.Diary().Entries(); len(all) > fuzzDiary {
			t.Errorf("the diary has %d entries", len(all))
		} else if raw, err := json.Marshal(all[max(0, len(all)-12):]); err != nil || len(raw) > longestEntry {
			t.Errorf("the last dozen entries are %d bytes long: %v", len(raw), err)
		}
	})
}

// token is what a method may be (RFC 9110 section 5.6.2).
var token = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,50}$")

// goesOn proves a card for a sign-in that waits and follows it to its code.
func (b browser) goesOn(s *mockcis2.Server, a application, tx transaction, n int) {
	b.t.Helper()
	request, err := fetch(s.Issuer(), tx.ID)
	if err != nil {
		b.t.Fatalf("the sign-in cannot go on: %v", err)
	}
	ticket, err := holder(s, n).prove(request, nil)
	if err != nil {
		b.t.Fatalf("the sign-in cannot go on: %v", err)
	}
	here := b.post(tx.Complete, url.Values{"ticket": {ticket}})
	role := ""
	if m := oneRole.FindStringSubmatch(here.body); m != nil {
		role = m[1]
	}
	if home := b.post(here.at.String(), url.Values{"action": {"continue"}, "role": {role}}).home; home.Get("code") == "" {
		b.t.Fatalf("no code: %v %.300s", home, here.body)
	}
}

// oneRole is the first role of the page "Signed in as".
var oneRole = regexp.MustCompile(`name="role" id="role-(\d+)"`)

func printable(s string) bool {
	for _, r := range s {
		if r < 0x20 || r > 0x7e {
			return false
		}
	}
	return true
}

func mustRequest(t *testing.T, to string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, to, nil)
	if err != nil {
		t.Fatal(fmt.Errorf("request: %w", err))
	}
	return r
}
