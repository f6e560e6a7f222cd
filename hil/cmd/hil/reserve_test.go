package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/device/manual"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/walltest"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// manualRig is a bench where people carry cards, and switch power.
const manualRig = `
name: ward
title: One reader
hosts: [{id: a, os: linux}]
gadgets: [{id: person, kind: manual, host: floor}]
readers: [{id: left, host: a, name: Toy Reader 0}]
cards: [{id: nurse, series: "9", protocol: T=1, holder: x, passcode: "123456", serial: "00AA"}]
routes: [{gadget: person, cost: 60}]
cells: [{kind: pcscd, reader: left, features: [card]}]
`

// Requirement: what a host's gadget asks of a person is asked on the farm's page,
// answered by who is logged in there, on the page or by 'hil answer', and done or
// refused as that person says. Source: issue 7 points 2 and 6, "insert-card buttons
// (manual gadget) behind login". Turned red by: a daemon that asks its terminal, which
// nobody has; an answer that does not arrive; a no that is taken for a yes.
func TestAPersonIsAskedOnThePage(t *testing.T) {
	f := newFarm(t)
	bench := written(t, "ward.yaml", manualRig)
	password := written(t, "password", walltest.Password+"\n")
	f.must("account", "add", "olga", "--role", "operator", "--hub", f.dir+"/hub/page", "--password-file", password)
	at := f.start("serve", "--identity", f.identity("hub", "hub", "--server", "127.0.0.1"), "--dir", f.dir+"/hub",
		"--clients", "127.0.0.1:0", "--leaves", "127.0.0.1:0", "--http", "127.0.0.1:0", "--bench", bench)
	if at.HTTP == "" {
		t.Fatal("the hub does not say where its page is")
	}
	me := []string{"--hub", "http://" + at.HTTP, "--account", "olga", "--password-file", password}
	identity := f.identity("host", "a")
	for _, host := range []hostFlags{
		{Direct: true, Hub: []string{at.Clients}},
		{Hub: []string{at.Leaves}, Dir: t.TempDir()}, // through a server of its own
	} {
		host.Name, host.Identity, host.State, host.Rig = "a", identity, t.TempDir(), bench
		answered(t, host, me)
	}
	log, err := os.ReadFile(filepath.Join(f.dir, "hub/page/audit.jsonl"))
	if err != nil || !strings.Contains(string(log), "Put card nurse into reader left.") {
		t.Errorf("the audit log: %v\n%s", err, log)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"reserve", "a/Toy Reader 0", "--for", "30m"}, result.ExitPass, "is reserved for olga"},
		{[]string{"reserve", "a/Toy Reader 0"}, result.ExitInconclusive, "held by another"},
		{[]string{"reserve", "Toy Reader 0", "--release"}, result.ExitPass, "is free again"},
		{[]string{"reserve", "Toy Reader 1"}, result.ExitUsage, "a/Toy Reader 0"},
		{[]string{"reserve", "Toy Reader 0", "--for", "9h"}, result.ExitUsage, "8h"},
		{[]string{"answer", "77"}, result.ExitUsage, "nobody waits"},
	} {
		if code, said := hil(t, append(c.args, me...)...); code != c.code || !strings.Contains(said, c.says) {
			t.Errorf("%q: %d, want %d and %q:\n%s", c.args, code, c.code, c.says, said)
		}
	}
}

// answered has a host's gadget ask a person, who does it, and then does not; at last
// the host gives up itself.
func answered(t *testing.T, host hostFlags, me []string) {
	t.Helper()
	nc, closing, err := host.connect(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer closing()
	m, release, err := host.gadgets(world{stdin: strings.NewReader(""), stderr: os.Stderr, env: os.Environ(), now: time.Now}, nc)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = release() }()
	if command, _ := m.patience(); command < 10*time.Minute {
		t.Errorf("a person gets %s", command)
	}
	for _, c := range []struct {
		more    []string
		refused bool
	}{{nil, false}, {[]string{"--refuse", "the slot is broken"}, true}} {
		d, err := m.bench.Device("nurse", "left")
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- d.Insert(t.Context()) }()
		id := asked(t, me, "Put card nurse into reader left.")
		if code, said := hil(t, append(append([]string{"answer", id}, c.more...), me...)...); code != result.ExitPass {
			t.Fatalf("%d %s", code, said)
		}
		if err := <-ended; (err != nil) != c.refused || c.refused && !strings.Contains(err.Error(), "the slot is broken") || c.refused && !isRefused(err) {
			t.Errorf("%q: %v", c.more, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	d, _ := m.bench.Device("nurse", "left")
	ended := make(chan error, 1)
	go func() { ended <- d.Insert(ctx) }()
	id := asked(t, me, "Put card nurse into reader left.")
	cancel()
	if err := <-ended; !isRefused(err) {
		t.Errorf("the host gave up: %v", err)
	}
	for range 100 {
		if _, said := hil(t, append([]string{"answer"}, me...)...); !strings.Contains(said, id+" ") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("a question is open that nobody waits for")
}

func isRefused(err error) bool { return strings.Contains(err.Error(), manual.ErrRefused.Error()) }

// asked waits until people are asked something, and returns the request's ID.
func asked(t *testing.T, me []string, text string) string {
	t.Helper()
	line := regexp.MustCompile(`(?m)^(\S+)\s+` + regexp.QuoteMeta(text))
	for range 200 {
		_, said := hil(t, append([]string{"answer"}, me...)...)
		if found := line.FindStringSubmatch(said); found != nil {
			return found[1]
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("nobody is asked: %s", text)
	return ""
}
