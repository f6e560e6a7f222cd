package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/hil/gadget"
)

// benchOf is the table with a hook that moves its card, and a bench file.
func benchOf(t *testing.T) (desktop, *strings.Builder) {
	t.Helper()
	d := newTable(t, emu.Options{})
	said := &strings.Builder{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(said, r.URL.Path, " ")
		var who struct{ Card, Reader string }
		if json.NewDecoder(r.Body).Decode(&who) != nil {
			t.Error("no JSON")
		}
		at := map[string]string{"a": "Toy A", "b": "Toy B"}[who.Reader]
		switch r.URL.Path {
		case "/insert":
			if who.Card == "nurse" {
				d.shelf.Insert(at, d.card)
			}
		case "/remove":
			d.shelf.Remove(at)
		case "/power/off":
			d.shelf.Vanish(at)
		case "/power/on":
			d.shelf.Add(at)
		}
	}))
	t.Cleanup(server.Close)
	bench := `
name: ward-7
title: A hook that moves a card
hosts: [{id: ward-7, os: linux}, {id: ward-8, os: linux}]
gadgets:
  - {id: hook, kind: webhook, host: ward-7, settings: {url: ` + server.URL + `}}
  - {id: far, kind: webhook, host: ward-8, settings: {url: ` + server.URL + `}}
power: [{id: p, gadget: hook}]
readers:
  - {id: a, host: ward-7, name: Toy A, power: p}
  - {id: b, host: ward-7, name: Toy B, power: p}
  - {id: lost, host: ward-7, usb: "9-9"}
cards:
  - {id: nurse, series: "9", protocol: T=1, serial: ` + d.serial + `, test: true, budget: {writes: 9, tries: 1}, expires: 2020-01-31}
  - {id: doctor, series: "9", protocol: T=1, serial: "0102"}
routes:
  - {cards: [nurse, doctor], readers: [a, b], gadget: hook, cost: 1}
  - {cards: [nurse], readers: [lost], gadget: far, cost: 1}
`
	for name, text := range map[string]string{"bench.yaml": bench, "bad.yaml": strings.Replace(bench, "webhook", "robot", 1)} {
		if err := os.WriteFile(d.path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return d, said
}

// Requirement: a card goes where the command says, what was done is looked at,
// and each refusal has its exit code and says what to do; nothing moves then.
// Source: issue 7, points 1 and 2; design §5. Turned red by: another exit code,
// believing a gadget, or moving a card for nothing.
func TestMoveCards(t *testing.T) {
	d, said := benchOf(t)
	rig := []string{"--rig", "@bench.yaml"}
	for _, row := range []struct {
		args      string
		code      int
		says, did string
	}{
		{"insert nurse a", 0, "", ""}, // it is there already
		{"insert doctor a", 2, "first 'hil remove a'", ""},
		{"remove a", 0, "", "/remove "},
		{"remove a", 0, "", ""},
		{"insert nurse b", 0, "", "/insert "},
		{"remove b --no-check", 64, "--card ID: nurse, doctor", ""},
		{"remove b --no-check --card nurse", 0, "", "/remove "},
		{"power b cycle", 0, "", "/power/off /power/on "},
		{"power b off", 0, "", "/power/off "},
		{"insert nurse b", 2, `none is called "Toy B"`, ""},
		{"power b on", 0, "", "/power/on "},
		{"power lost on", 64, "add a port to power", ""},
		{"power b up", 64, "", ""},
		{"insert nurse lost", 2, "none is at USB path 9-9", ""},
		{"insert nurse lost --no-check", 64, "is at host ward-8", ""},
		{"insert nurse lost --no-check --host ward-8", 0, "", "/insert "},
		{"insert doctor lost --no-check", 64, "add to its routes", ""},
		{"insert surgeon a", 64, "it has nurse, doctor", ""},
		{"insert nurse c", 64, "it has a, b, lost", ""},
		{"insert nurse", 64, "which reader", ""},
		{"insert nurse a --rig @bad.yaml", 64, "robot", ""},
		{"insert nurse a --rig @none.yaml", 64, "hil devices --write " + d.path("none.yaml") + "'", ""},
		{"insert nurse a --rig /nowhere/it's.yaml", 64, `hil devices --write "/nowhere/it's.yaml"'`, ""},
	} {
		said.Reset()
		args := strings.Fields(row.args)
		if !strings.Contains(row.args, "--rig") {
			args = append(args, rig...)
		}
		code, text := d.hil(args...)
		if code != row.code || !strings.Contains(text, row.says) || said.String() != row.did {
			t.Errorf("%s: exit %d, want %d; did %q, want %q\n%s", row.args, code, row.code, said, row.did, text)
		}
	}
	release, err := gadget.Claim(d.path("hil"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = release() }()
	said.Reset()
	if code, text := d.hil("insert", "nurse", "a", "--rig", "@bench.yaml"); code != 2 || !strings.Contains(text, "hil host") || said.String() != "" {
		t.Errorf("behind the daemon's back: exit %d, did %q\n%s", code, said, text)
	}
}

// Requirement: a person in the terminal is a gadget too, and may say no. Source:
// issue 7, point 2. Turned red by: taking the end of input for done.
func TestPersonInTheTerminal(t *testing.T) {
	d, _ := benchOf(t)
	bench := "name: x\ntitle: x\ngadgets: [{id: p, kind: manual}]\nreaders: [{id: b, name: Toy B}]\ncards: [{id: c, series: \"9\", protocol: T=1}]\nroutes: [{gadget: p, cost: 60}]\n"
	if err := os.WriteFile(d.path("person.yaml"), []byte(bench), 0o600); err != nil {
		t.Fatal(err)
	}
	code, text := d.hil("insert", "c", "b", "--no-check", "--rig", "@person.yaml")
	if code != 0 || !strings.Contains(text, "Put card c into reader b.") {
		t.Errorf("exit %d\n%s", code, text)
	}
}

// Requirement: hil record writes to test cards of the bench within their budget,
// and the account survives the program. Source: issue 7, point 2. Turned red by:
// recording past the budget, or forgetting.
func TestRecordKeepsAccount(t *testing.T) {
	d, _ := benchOf(t)
	record := func(out string) (int, string) {
		return d.hil("record", "--reader", "Toy A", "--script", "@login", "--passcode-file", "@passcode", "--rig", "@bench.yaml", "--spend-tries", "-o", out)
	}
	if code, text := record("@one.apdu"); code != 0 {
		t.Fatalf("exit %d\n%s", code, text)
	}
	code, text := record("@two.apdu")
	if code != 64 || !strings.Contains(text, "1 of 1 tries are spent") || d.card.TriesLeft() != 3 {
		t.Errorf("exit %d\n%s", code, text)
	}
	if _, err := os.Stat(d.path("two.apdu")); err == nil {
		t.Error("a refused recording left a file")
	}
	code, text = d.hil("cards", "--rig", "@bench.yaml")
	if code != 0 || !strings.Contains(text, "1 of 1 tries") || !strings.Contains(text, "EXPIRED 2020-01-31") || !strings.Contains(text, "never written to") {
		t.Errorf("exit %d\n%s", code, text)
	}
	var list []stock
	code, text = d.hil("cards", "--json", "--rig", "@bench.yaml")
	if err := json.Unmarshal([]byte(text), &list); err != nil || code != 0 || len(list) != 2 || list[0].Spent.Tries != 1 || len(list[0].Unsettled) != 0 {
		t.Errorf("exit %d, %v\n%s", code, err, text)
	}
	if code, text := d.hil("cards", "settle", "nurse", "--because", "looked", "--rig", "@bench.yaml"); code != 0 {
		t.Errorf("exit %d\n%s", code, text)
	}
	if code, _ := d.hil("cards", "settle", "surgeon", "--because", "looked", "--rig", "@bench.yaml"); code != 64 {
		t.Errorf("settled a card that there is not: exit %d", code)
	}
}

// Requirement: the machine's readers are listed and written down, never over a
// file. Source: issue 7, point 1. Turned red by: another shape or exit code.
func TestDevices(t *testing.T) {
	d, _ := benchOf(t)
	code, text := d.hil("devices")
	if code != 0 || !strings.Contains(text, "card "+d.serial) || !strings.Contains(text, "no USB path") {
		t.Errorf("exit %d\n%s", code, text)
	}
	code, text = d.hil("devices", "--json", "--no-cards")
	var list []struct{ ID, Title string }
	if err := json.Unmarshal([]byte(text), &list); err != nil || code != 0 || len(list) != 2 || list[0].Title == "" || strings.Contains(text, d.serial) {
		t.Errorf("exit %d, %v\n%s", code, err, text)
	}
	if code, text := d.hil("devices", "--write", "@first.yaml"); code != 0 || !strings.Contains(text, "2 readers") {
		t.Errorf("exit %d\n%s", code, text)
	}
	if code, text := d.hil("devices", "--write", "@first.yaml"); code != 64 || !strings.Contains(text, "not overwritten") {
		t.Errorf("exit %d\n%s", code, text)
	}
	if code, text := d.hil("insert", "card-1", "reader-1", "--rig", "@first.yaml"); code != 0 {
		t.Errorf("the first bench file moves no card: exit %d\n%s", code, text)
	}
	if code, _ := d.hil("run", "--rig", "@first.yaml"); code != 64 {
		t.Errorf("a bench without cells was run: exit %d", code)
	}
}

// Requirement: other tools' requests reach the bench's gadgets, from the loopback
// only. Source: facts on FIDO tools and Yubico's suites. Turned red by: another
// path, or listening for everybody.
func TestActuator(t *testing.T) {
	d, said := benchOf(t)
	for _, row := range []struct{ args, says string }{
		{"actuator c", "it has a, b, lost"},
		{"actuator a --listen 0.0.0.0:0", "loopback"},
		{"actuator a --listen 3000", "loopback"},
	} {
		if code, text := d.hil(append(strings.Fields(row.args), "--rig", "@bench.yaml")...); code != 64 || !strings.Contains(text, row.says) {
			t.Errorf("%s: exit %d\n%s", row.args, code, text)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	address := make(chan string, 1)
	ended := make(chan int, 1)
	w := world{ctx: ctx, stdin: strings.NewReader(""), stdout: os.Stdout, stderr: hears{address}, now: time.Now, cards: d.shelf, env: []string{"XDG_STATE_HOME=" + d.dir}, host: "ward-7"}
	go func() {
		ended <- program(w, []string{"actuator", "a", "--rig", d.path("bench.yaml"), "--listen", "127.0.0.1:0"})
	}()
	url := <-address
	for _, path := range []string{"/conformance/powercycle", "/usb2/power/off", "/usbb/power/on"} {
		resp, err := http.Post(url+path, "", nil)
		if err != nil || resp.StatusCode != http.StatusNoContent {
			t.Fatalf("%s: %v, %v", path, resp, err)
		}
		_ = resp.Body.Close()
	}
	if want := "/power/off /power/on /power/off /power/on "; said.String() != want {
		t.Errorf("did %q, want %q", said, want)
	}
	cancel()
	if code := <-ended; code != 0 {
		t.Errorf("exit %d", code)
	}
}

// hears waits for the address in what a command says.
type hears struct{ address chan string }

func (h hears) Write(b []byte) (int, error) {
	if _, after, ok := strings.Cut(string(b), " at http://"); ok {
		url, _, _ := strings.Cut(after, ". ")
		h.address <- "http://" + url
	}
	return len(b), nil
}
