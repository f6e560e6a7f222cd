package diary_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
)

const tx = "abcdefghijklmnopqrstuv" // 22 characters, as 128 bits are

// script answers like a provider, with secrets that must not be seen.
func script(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	switch {
	case strings.HasSuffix(r.URL.Path, "/authorize"):
		http.Redirect(w, r, "/realm/smartcard/login/"+tx, http.StatusSeeOther)
	case strings.HasSuffix(r.URL.Path, "/continue/"+tx):
		http.Redirect(w, r, "https://toy.test/callback?code=SECRET-code&state=SECRET-state&iss=https%3A%2F%2Fcis2.test", http.StatusSeeOther)
	case strings.HasSuffix(r.URL.Path, "/access_token"):
		w.Header().Set("Content-Type", "application/json")
		if !strings.Contains(string(raw), "SECRET-code") { // the body can still be read
			http.Error(w, "{}", 400)
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"SECRET-access","id_token":"e30.e30.SECRETsig","expires_in":3599}`)
	case strings.HasSuffix(r.URL.Path, "/cut"):
		panic(http.ErrAbortHandler)
	default:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"sub":"SECRET-person"}`)
	}
}

func newDiary(limit int) *diary.Diary {
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	return diary.New(diary.Settings{Now: func() time.Time { return now }, Key: []byte("key"), Limit: limit})
}

func send(d *diary.Diary, method, path string, form url.Values, header ...string) {
	r := httptest.NewRequest(method, "http://cis2.test/realm"+path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	defer func() { _ = recover() }() // net/http does
	d.Wrap(http.HandlerFunc(script)).ServeHTTP(httptest.NewRecorder(), r)
}

// flow is one sign-in full of secrets.
func flow(d *diary.Diary) {
	send(d, "GET", "/authorize?client_id=toy&response_type=code&scope=openid&state=SECRET-state&nonce=SECRET-nonce&unknown=SECRET-unknown&login_hint=SECRET-hint", nil)
	send(d, "GET", "/smartcard/login/"+tx, nil, "Cookie", "b=SECRET-cookie")
	send(d, "POST", "/smartcard/login/"+tx, url.Values{"username": {"SECRET-user"}, "password": {"SECRET-password"}})
	send(d, "POST", "/smartcard/continue/"+tx, url.Values{"action": {"continue"}})
	send(d, "POST", "/access_token", url.Values{"grant_type": {"authorization_code"}, "code": {"SECRET-code"}, "code_verifier": {"SECRET-verifier"}, "client_secret": {"SECRET-secret"}, "client_id": {"toy"}})
	send(d, "POST", "/access_token", url.Values{"code": {"SECRET-code"}}, "Authorization", "Basic dG95OlNFQ1JFVC1iYXNpYw==")
	send(d, "GET", "/userinfo", nil, "Authorization", "Bearer SECRET-access")
	d.Event("something happened")
	d.Tell("told", "e30.eyJzaWQiOiJTRUNSRVQtc2lkIiwic3ViIjoiU0VDUkVULXN1YiIsImp0aSI6IlNFQ1JFVC1qdGkiLCJldmVudHMiOnt9fQ.", diary.Told{Client: "toy.apps.national", Signed: true, Status: 200})
}

// Requirement: an entry belongs to the flow whose transaction, code or token it
// carries; the same secret has the same mark wherever it comes. Source: the
// issue on the mock, "Diary and lints". Turned red by: not following the
// redirect to the login page, or a mark that depends on the parameter's name.
func TestFlows(t *testing.T) {
	d := newDiary(0)
	flow(d)
	send(d, "GET", "/connect/jwk_uri", nil)
	send(d, "GET", "/authorize?client_id=other", nil)
	flows := d.Flows()
	if len(flows) != 2 || len(flows[0].Entries) != 7 || flows[0].Client != "toy" || flows[0].State == "" || flows[1].Client != "other" {
		t.Fatalf("flows: %+v", flows)
	}
	e := flows[0].Entries
	if e[3].Got("code") == "" || e[3].Got("code") != e[4].Hash("code") || e[4].Got("access_token") != e[6].Hash("bearer") || e[6].Client != "toy" || e[0].Tx != tx {
		t.Errorf("what was issued is not what came back: %+v", e)
	}
	if e[4].Status() != 200 || e[4].Answer.ExpiresIn != 3599 || e[5].Client != "toy" || flows[0].Requests("token")[1].Seq != 6 {
		t.Errorf("token requests: %+v, %+v", e[4], e[5])
	}
}

// Requirement: no secret reaches an export, not even in a parameter that nobody
// has heard of; a password leaves no mark at all; both exports keep to their
// schemas. Source: HTTP Archive 1.2; entry.schema.json. Turned red by: listing
// what to blank instead of what to keep.
func TestExports(t *testing.T) {
	d := newDiary(0)
	flow(d)
	send(d, "GET", "/cut", nil)
	var lines, har bytes.Buffer
	if err := diary.WriteLines(&lines, d.Entries()); err != nil {
		t.Fatal(err)
	}
	if err := diary.WriteHAR(&har, d.Entries()); err != nil {
		t.Fatal(err)
	}
	if all := lines.String() + har.String(); strings.Contains(all, "SECRET") || !strings.Contains(all, "[blanked ") {
		t.Errorf("secrets: %s", all)
	}
	if marks := d.Entries()[2].Marks; len(marks) != 0 {
		t.Errorf("marks of a password: %v", marks)
	}
	line := readSchema(t, "entry.schema.json")
	n := 0
	for dec := json.NewDecoder(&lines); dec.More(); n++ {
		var v any
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		for _, wrong := range line.check(line, v, fmt.Sprintf("line %d", n+1)) {
			t.Error(wrong)
		}
	}
	var archive any
	if err := json.Unmarshal(har.Bytes(), &archive); err != nil {
		t.Fatal(err)
	}
	format := readSchema(t, "testdata/har.schema.json")
	for _, wrong := range format.check(format, archive, "har") {
		t.Error(wrong)
	}
	if n != 10 {
		t.Errorf("%d lines", n)
	}
	if last := d.Entries()[9]; !last.Answer.Aborted {
		t.Errorf("a cut connection: %+v", last.Answer)
	}
	if wrong := format.check(format, map[string]any{"log": map[string]any{"version": "1.1"}}, "har"); len(wrong) < 3 {
		t.Errorf("the schema holds nothing: %v", wrong)
	}
}

// Requirement: memory is bounded: by entries, by parameters, by length; what
// was lost is counted. Source: the issue on the mock, "Bad input". Turned red
// by: keeping all.
func TestBounds(t *testing.T) {
	d := newDiary(100)
	for i := range 1000 {
		send(d, "GET", fmt.Sprintf("/authorize?client_id=%d", i), nil)
	}
	if n := len(d.Entries()); n > 100 || n < 50 || d.Lost() != 1000-n || d.Entries()[n-1].Seq != 1000 {
		t.Errorf("%d entries, %d lost", n, d.Lost())
	}
	many := url.Values{"scope": {strings.Repeat("x", 60000)}}
	for i := range 1000 {
		many.Set(fmt.Sprint(i), "y")
	}
	send(d, "GET", "/authorize?"+many.Encode(), nil)
	last := d.Entries()[len(d.Entries())-1]
	if raw, err := json.Marshal(last); err != nil || len(raw) > 20000 {
		t.Errorf("one entry has %d bytes, %v", len(raw), err)
	}
	send(d, "POST", "/access_token", url.Values{"code": {strings.Repeat("z", 1<<17)}})
	d.Forget()
	if len(d.Entries()) != 0 || d.Lost() != 1002 {
		t.Errorf("forgotten: %d left, %d lost", len(d.Entries()), d.Lost())
	}
}

// Requirement: listeners hear every entry in order, a slow one holds nobody up
// and sees the gap; racers disturb nothing. Source: the issue on the mock, live
// console. Turned red by: an unbuffered send under the lock.
func TestSubscribe(t *testing.T) {
	d := newDiary(0)
	all, stop := d.Subscribe(400)
	slow, stopSlow := d.Subscribe(1)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			for range 10 {
				send(d, "GET", "/userinfo", nil)
			}
		})
	}
	group.Wait()
	stop()
	stop()
	stopSlow()
	n := 0
	for e := range all {
		if n++; e.Seq != n {
			t.Fatalf("entry %d is number %d", n, e.Seq)
		}
	}
	if one := <-slow; n != 200 || one.Seq != 1 {
		t.Errorf("%d heard, slow heard %d", n, one.Seq)
	}
}

// Requirement: a test can ask how often what was called, and is told what was
// called instead. Source: users of other mocks ask "was it called once?" Turned
// red by: an Expect that matches anything.
func TestExpect(t *testing.T) {
	d := newDiary(0)
	flow(d)
	for _, x := range []diary.Expect{
		{Endpoint: "token", Times: 2},
		{Endpoint: "token", Client: "toy", Method: "POST", Status: 200, With: []string{"code_verifier"}, Times: 1},
		{Endpoint: "token", Without: []string{"code_verifier"}, Times: 1},
		{Path: "/userinfo", Flow: "flow-1", AtLeast: 1},
		{Endpoint: "logout"},
	} {
		if err := x.In(d.Entries()); err != nil {
			t.Error(err)
		}
	}
	for _, x := range []diary.Expect{{Endpoint: "token"}, {Endpoint: "token", AtLeast: 3}, {Endpoint: "token", Error: "invalid_grant", Times: 1}} {
		if err := x.In(d.Entries()); err == nil || !strings.Contains(err.Error(), "/realm/access_token") {
			t.Errorf("%+v: %v", x, err)
		}
	}
	if n := len(d.Requests("/access_token")); n != 2 {
		t.Errorf("%d requests", n)
	}
}
