package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/vpcd/vpcdtest"
)

// running is a cardemu in the same process with a reader of the test.
type running struct {
	t      *testing.T
	reader *vpcdtest.Reader
	door   string
}

// start runs the program until the test ends.
func start(t *testing.T, args ...string) running {
	t.Helper()
	r := vpcdtest.New(t)
	out, in := io.Pipe()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan int, 1)
	args = append([]string{"run", "--reader", "vpcd://" + r.Address()}, args...)
	go func() { done <- program(world{ctx: ctx, stdout: in, stderr: io.Discard}, args) }()
	t.Cleanup(func() {
		stop()
		if code := <-done; code != exitPass {
			t.Errorf("exit code %d", code)
		}
	})
	r.Accept()
	var ready struct {
		Ready   bool
		Control string
	}
	if err := json.NewDecoder(out).Decode(&ready); err != nil || !ready.Ready {
		t.Fatalf("%+v, %v", ready, err)
	}
	return running{t, r, ready.Control}
}

// state is the answer to GET /state, which benches rely on.
type state struct {
	Present   bool     `json:"present"`
	Series    string   `json:"series"`
	Protocol  string   `json:"protocol"`
	ATR       string   `json:"atr"`
	TriesLeft int      `json:"tries_left"`
	Faults    []string `json:"faults"`
}

// ask is one request to the control door that must succeed.
func (r running) ask(method, path, body string, into any) {
	r.t.Helper()
	if code := r.request(method, path, body, nil, into); code != http.StatusOK {
		r.t.Fatalf("%s %s: %d", method, path, code)
	}
}

func (r running) request(method, path, body string, header http.Header, into any) int {
	r.t.Helper()
	q, err := http.NewRequest(method, r.door+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for k := range header {
		q.Header.Set(k, header.Get(k))
	}
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer a.Body.Close()
	if into != nil {
		if err := json.NewDecoder(a.Body).Decode(into); err != nil {
			r.t.Fatal(err)
		}
	}
	return a.StatusCode
}

var (
	mistake = []byte("\x00\x20\x00\x80\x08000000\xFF\xFF")
	status  = []byte("\x00\x20\x00\x80")
)

// Requirement: the control door of the contract: state, remove, insert, reset.
// Turned red by: an insert that does not connect, or a reset that keeps counters.
func TestControlMovesTheCard(t *testing.T) {
	r := start(t, "--series", "9", "--protocol", "T1")
	if got := r.reader.Exchange(mistake); string(got) != "\x63\xC2" {
		t.Fatalf("% X", got)
	}
	var s state
	r.ask("GET", "/state", "", &s)
	if !s.Present || s.Series != "9" || s.Protocol != "T=1" || s.ATR != "3BD6970081B1FE451F878031C152411223" || s.TriesLeft != 2 {
		t.Errorf("%+v", s)
	}
	r.ask("POST", "/remove", "", &s)
	if _, err := r.reader.Receive(); err != io.EOF || s.Present {
		t.Errorf("removed: %+v, %v", s, err)
	}
	r.ask("POST", "/insert", "", &s)
	r.reader.Accept()
	if got := r.reader.Exchange(status); string(got) != "\x63\xC2" || !s.Present {
		t.Errorf("inserted: % X, %+v", got, s)
	}
	r.ask("POST", "/reset", "", &s)
	r.reader.Accept()
	if got := r.reader.Exchange(status); string(got) != "\x63\xC3" {
		t.Errorf("reset: % X", got)
	}
}

// Requirement: faults go on and off, and pcscd sees another card each time.
// Turned red by: changing the card while it is in the reader.
func TestControlFaults(t *testing.T) {
	r := start(t, "--series", "8", "--protocol", "T0", "--fault", "card.last-try")
	var s state
	r.ask("GET", "/state", "", &s)
	if s.TriesLeft != 1 || len(s.Faults) != 1 {
		t.Errorf("%+v", s)
	}
	r.ask("POST", "/faults", `{"id":"card.series-5"}`, nil)
	r.reader.Accept()
	if got := r.reader.ATR(); !bytes.Contains(got, []byte("JCOP41")) {
		t.Errorf("% X", got)
	}
	r.ask("DELETE", "/faults", "", &s)
	r.reader.Accept()
	if got := r.reader.ATR(); bytes.Contains(got, []byte("JCOP41")) || s.TriesLeft != 3 || len(s.Faults) != 0 {
		t.Errorf("% X, %+v", got, s)
	}
}

// Requirement: the trace can be read, written to a file and emptied, and holds
// no passcode. Turned red by: writing the command as it came.
func TestTrace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace")
	r := start(t, "--trace", file)
	r.reader.Exchange(mistake)
	var list []emu.Exchange
	r.ask("GET", "/trace", "", &list)
	want := emu.Exchange{Command: "00200080080000000000000000", Response: "63C2"}
	if len(list) != 1 || list[0] != want {
		t.Errorf("%v", list)
	}
	raw, err := os.ReadFile(file)
	if err != nil || string(raw) != `{"command":"00200080080000000000000000","response":"63C2"}`+"\n" {
		t.Errorf("%s, %v", raw, err)
	}
	r.ask("DELETE", "/trace", "", nil)
	r.ask("GET", "/trace", "", &list)
	if len(list) != 0 {
		t.Errorf("emptied: %v", list)
	}
}

// Requirement: a vanished reader closes the connection and stays away, whatever
// is asked. Turned red by: connecting again.
func TestVanishedReader(t *testing.T) {
	r := start(t, "--fault", "reader.vanished")
	r.reader.Exchange(status)
	r.reader.Exchange(status)
	r.reader.Send(status)
	if _, err := r.reader.Receive(); err != io.EOF {
		t.Errorf("third command: %v", err)
	}
	if code := r.request("POST", "/insert", "", nil, nil); code != http.StatusConflict {
		t.Errorf("insert: %d", code)
	}
	if !r.reader.Nobody(300 * time.Millisecond) {
		t.Error("it came back")
	}
}

// Requirement: the door refuses what it does not know, and browsers. Turned red
// by: ignoring unknown fields or the Origin.
func TestControlRefuses(t *testing.T) {
	r := start(t)
	rows := []struct {
		name, method, path, body string
		header                   http.Header
		want                     int
	}{
		{"unknown fault", "POST", "/faults", `{"id":"card.none"}`, nil, 404},
		{"unknown field", "POST", "/faults", `{"name":"x"}`, nil, 400},
		{"not JSON", "POST", "/faults", `x`, nil, 400},
		{"wrong method", "GET", "/insert", "", nil, 405},
		{"unknown path", "GET", "/none", "", nil, 404},
		{"a page", "POST", "/remove", "", http.Header{"Origin": {"https://example.test"}}, 403},
	}
	for _, row := range rows {
		if got := r.request(row.method, row.path, row.body, row.header, nil); got != row.want {
			t.Errorf("%s: %d, want %d", row.name, got, row.want)
		}
	}
}

// Requirement: a slow card works in the reader like a fast one, and pulling it
// out does not wait for it. Turned red by: not passing the flag on, or a removal
// that waits for the command.
func TestSlowCardInReader(t *testing.T) {
	r := start(t, "--series", "8", "--timing", "cosmo-64k")
	began := time.Now()
	if got := r.reader.Exchange(status); string(got) == "" {
		t.Error("no answer")
	}
	if took := time.Since(began); took < 8*time.Millisecond { // a refusal, by the profile; a lower bound only
		t.Errorf("a slow card answered after %v", took)
	}
	if got := r.reader.ATR(); len(got) == 0 {
		t.Error("no answer to reset")
	}
	r.reader.Send(status)
	var s state
	r.ask("POST", "/remove", "", &s)
	if s.Present {
		t.Errorf("%+v", s)
	}
}

// Requirement: exit codes and lists of the contract. Turned red by: kong's own
// exit code for wrong use.
func TestProgram(t *testing.T) {
	rows := []struct {
		args string
		code int
		says string
	}{
		{"--help", 0, "cardemu run --series 9"},
		{"", 64, ""},
		{"run --series 4", 64, "only 5, 8, 9, 10, none"},
		{"run --image testdata/missing/x.img", 1, "there is no such folder"},
		{"run --reader /dev/ttyS0", 64, ""},
		{"run --holder 1", 64, ""},
		{"run --fault card.none", 64, ""},
		{"run --control 0.0.0.0:0", 64, ""},
		{"run --icam testdata", 64, ""},
		{"profiles", 0, "3BD6970081B1FE451F878031C152411223"},
		{"profiles", 0, "    cosmo8-t0  T=0  3BD818"},
		{"profiles", 0, "    mute  T=0  no answer to reset"},
		{"profiles --json", 0, `"opensc_conf": ""`},
		{"run --timing cosmo-v99", 64, "cosmo-v8"},
		{"timings", 0, "cosmo-v8"},
		{"timings --json", 0, `"id": "cosmo-64k"`},
		{"faults", 0, "card.wrong-signature"},
		{"faults --json", 0, `"id": "reader.mute"`},
		{"faults --json", 0, `"status": "CARD_REMOVED"`},
		{"faults", 0, "n=7  1 to 9999"},
		{"faults card.removed-at:n=3", 0, "owes CARD_REMOVED"},
		{"faults card.removed-at:m=3", 64, "it has n=7"},
		{"run --fault card.removed-at:n=3,m=4", 64, "no parameter"},
		{"opensc-conf --series 8 --protocol T0", 0, "  card_atr 3B:7B:18"},
		{"opensc-conf --series 9 --protocol T1", 0, "app default {\n}"},
		{"opensc-conf --profile series9-iasecc --protocol T0", 0, "type = 25002;"},
		{"opensc-conf --profile series9-iasecc --protocol T0 --personality iasecc-v82-t0", 0, "type = 25005;"},
		{"opensc-conf --profile series9-iasecc --personality v81-civ", 64, ""},
		{"opensc-conf --profile series7", 64, ""},
		{"run --profile series7", 64, ""},
	}
	for _, r := range rows {
		var out, errs bytes.Buffer
		code := program(world{ctx: context.Background(), stdout: &out, stderr: &errs}, strings.Fields(r.args))
		if code != r.code || !strings.Contains(out.String()+errs.String(), r.says) || (code != 0 && errs.Len() == 0) {
			t.Errorf("%q: %d\n%s%s", r.args, code, out.String(), errs.String())
		}
	}
}

// Requirement: what is listed for people fits a terminal of 80 columns, but for
// words longer than that. Source: the issue: a developer's first minutes. Turned
// red by: a title or a reason printed as it comes.
func TestListsFit(t *testing.T) {
	for _, list := range []string{"profiles", "personas", "faults", "timings"} {
		var out bytes.Buffer
		if code := program(world{ctx: t.Context(), stdout: &out, stderr: io.Discard}, []string{list}); code != 0 || out.Len() == 0 {
			t.Fatalf("%s: %d", list, code)
		}
		for line := range strings.Lines(out.String()) {
			words := strings.Fields(line)
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > columns && len(words) > 0 && len(words[len(words)-1]) < columns-9 {
				t.Errorf("%s: %d columns: %s", list, n, line)
			}
		}
	}
}
