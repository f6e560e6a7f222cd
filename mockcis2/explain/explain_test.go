package explain_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/explain"
)

func all(t *testing.T) []explain.Code {
	t.Helper()
	codes, err := explain.All()
	if err != nil || len(codes) == 0 {
		t.Fatal(err)
	}
	return codes
}

// Requirement: a code is found however it is copied, the closer one first, and
// what is no code is refused. Turned red by: a form that is not understood.
func TestFind(t *testing.T) {
	for text, want := range map[string]string{
		"400_645": "400_645", "400645": "400_645", " 400_645 ": "400_645", "400_645 (AUT 0x41555403)": "0x41555403",
		"0x41555403": "0x41555403", "0X4155540a": "0x4155540A", strconv.Itoa(0x41555403): "0x41555403", "1397311237": "0x53494705",
		"400_123": "400_*", "500_001": "500_*", "ERR1000": "ERR1000", "err1002": "ERR1002",
		"": "", "400": "", "404_645": "", "0x41555499": "", "ERR": "", "400_*x": "400_*",
	} {
		c, err := explain.Find(text)
		if c.ID != want || (err != nil) != (want == "") || err != nil && !errors.Is(err, explain.ErrUnknown) {
			t.Errorf("%q: %q, %v, want %q", text, c.ID, err, want)
		}
	}
}

// Requirement: every code says what causes it, where that is known from, and
// where to look; every sign-in code of the protocol is there. Source:
// agent/PROTOCOL.md section 9. Turned red by: a new code there.
func TestCodes(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range all(t) {
		if seen[c.ID] || c.Title == "" || c.Where == "" || c.Source == "" || len(c.Causes) == 0 || len(c.Look) == 0 || len(c.Try) == 0 {
			t.Errorf("%s is there twice, or says too little: %+v", c.ID, c)
		}
		seen[c.ID] = true
	}
	raw, err := os.ReadFile("../../agent/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| (0x[0-9A-F]{8}) \|`).FindAllStringSubmatch(string(raw), -1)
	if len(rows) < 20 {
		t.Fatalf("%d codes in the protocol", len(rows))
	}
	for _, row := range rows {
		if !seen[row[1]] {
			t.Errorf("%s of the protocol is not explained", row[1])
		}
	}
}

// Requirement: a line of the agent's log that is cited is one that it writes.
// Turned red by: other words there.
func TestLogLines(t *testing.T) {
	var agent strings.Builder
	err := filepath.WalkDir("../../agent", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		raw, err := os.ReadFile(path)
		agent.Write(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	cited := 0
	for _, c := range all(t) {
		for _, l := range c.Look {
			if l.In == "agent log" {
				if cited++; !strings.Contains(agent.String(), l.Find) {
					t.Errorf("%s: the agent never writes %q", c.ID, l.Find)
				}
			}
		}
	}
	if cited == 0 {
		t.Error("no line is cited")
	}
}

// Requirement: the traces in the diary that are cited for a sign-in code are
// there after an agent reported it, and for 400_645 after the page gave up.
// Turned red by: other words in the diary.
func TestDiary(t *testing.T) {
	s := &mockcis2.Server{}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	checked := 0
	for _, c := range all(t) {
		n, err := strconv.ParseUint(c.ID, 0, 32)
		if err != nil || n>>8 != 0x415554 || n == 0x4155540D { // a request that is not believed is reported to nobody
			continue
		}
		s.ForgetHistory()
		fail(t, s, uint32(n))
		if l := c.Look[0]; !found(s, l.Find) {
			t.Errorf("%s: nothing in the diary is %q: %+v", c.ID, l.Find, s.History())
		}
		checked++
	}
	page, err := explain.Find("400_645")
	if err != nil || checked == 0 {
		t.Fatal(err, checked)
	}
	for _, l := range page.Look {
		if l.In == "diary" && !found(s, l.Find) {
			t.Errorf("400_645: nothing in the diary is %q: %+v", l.Find, s.History())
		}
	}
}

func found(s *mockcis2.Server, pattern string) bool {
	find := regexp.MustCompile(pattern)
	for _, e := range s.History() {
		if find.MatchString(e.Path) || find.MatchString(e.Event) {
			return true
		}
	}
	return false
}

// fail begins a sign-in, lets an agent fetch and fail it, and gives up.
func fail(t *testing.T, s *mockcis2.Server, code uint32) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/callback" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	ask := url.Values{"client_id": {"999999999901.apps.national"}, "redirect_uri": {"http://127.0.0.1/callback"}, "response_type": {"code"}, "scope": {"openid"}, "state": {"a-state-of-a-test"}}
	page := do(t)(b.Get(s.Issuer() + "/authorize?" + ask.Encode()))
	id := page.Path[strings.LastIndex(page.Path, "/")+1:]
	do(t)(http.Get(s.Issuer() + "/smartcard/v1/requests/" + id))
	report, err := json.Marshal(map[string]any{"version": 1, "status_code": code, "status_string": "TEST"})
	if err != nil {
		t.Fatal(err)
	}
	do(t)(http.Post(s.Issuer()+"/smartcard/v1/requests/"+id+"/failure", "application/json", bytes.NewReader(report)))
	do(t)(b.PostForm(s.Issuer()+"/smartcard/abandon/"+id, nil))
}

func do(t *testing.T) func(*http.Response, error) *url.URL {
	return func(r *http.Response, err error) *url.URL {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode >= 400 {
			t.Fatalf("%s: %s", r.Request.URL, r.Status)
		}
		return r.Request.URL
	}
}
