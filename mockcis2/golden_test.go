package mockcis2_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
)

var update = flag.Bool("update", false, "write golden files anew")

// named lets this test's clients reach a server under a name without a port, so
// that nothing in its answers differs from run to run.
func named(t *testing.T, s *mockcis2.Server, host string) {
	t.Helper()
	before := http.DefaultTransport
	changed := before.(*http.Transport).Clone()
	changed.Proxy = nil
	changed.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if addr == host+":80" {
			u, err := url.Parse(s.URL())
			if err != nil {
				return nil, err
			}
			addr = u.Host
		}
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}
	http.DefaultTransport = changed
	t.Cleanup(func() { changed.CloseIdleConnections(); http.DefaultTransport = before })
}

// whole is everything that a seeded provider said in one sign-in: what follows
// from the seed, and the diary's lines.
func whole(t *testing.T, seed string) (ids map[string]any, lines string) {
	t.Helper()
	s := &mockcis2.Server{Seed: seed, IssuerURL: "http://cis2.test" + mockcis2.RealmPath}
	s.Freeze()
	s.Set(time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC))
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	named(t, s, "cis2.test")
	a, b := first(t, s), newBrowser(t)
	a.verifier = "golden-verifier-0123456789-abcdefghijklmnopqrstuvwxyz"
	tx := b.open(a.url()).transaction(t)
	request, err := fetch(s.Issuer(), tx.ID)
	if err != nil {
		t.Fatal(err)
	}
	k := card{s.Issuer(), testpki.Issue(testpki.Holders()[0], s.Now()), s.Now()}
	receipt, err := k.receipt(request, nil)
	if err != nil {
		t.Fatal(err)
	}
	here := b.post(tx.Complete, url.Values{"ticket": {fmt.Sprint(receipt["ticket"])}})
	home := b.post(here.at.String(), url.Values{"action": {"continue"}}).home
	token, err := a.Exchange(context.Background(), home.Get("code"), oauth2.VerifierOption(a.verifier))
	if err != nil {
		t.Fatal(err)
	}
	id, err := payload(fmt.Sprint(token.Extra("id_token")))
	if err != nil {
		t.Fatal(err)
	}
	access, err := payload(token.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := diary.WriteLines(&out, s.Diary().Entries()); err != nil {
		t.Fatal(err)
	}
	return map[string]any{"transaction": tx.ID, "request": request, "ticket": receipt["ticket"], "code": home.Get("code"), "id_token": id, "access_token": access}, out.String()
}

// Requirement: with a seed and a frozen clock a whole sign-in is the same in
// every run, to the last byte of its tokens and of the diary, and as the golden
// file has it; another seed is another world. Source: the issue on the mock,
// "Clock, keys, seeds". Turned red by: one id from crypto/rand, one time from
// the machine.
func TestGoldenFlow(t *testing.T) {
	ids, lines := whole(t, "golden")
	got, err := json.MarshalIndent(ids, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	again, linesAgain := whole(t, "golden")
	if second, err := json.MarshalIndent(again, "", "  "); err != nil || !bytes.Equal(got, second) {
		t.Errorf("two runs differ: %v\n%s\n%s", err, got, second)
	}
	if lines != linesAgain {
		t.Errorf("two diaries differ:\n%s\n%s", lines, linesAgain)
	}
	other, _ := whole(t, "another")
	if other["code"] == ids["code"] || other["transaction"] == ids["transaction"] {
		t.Error("another seed, the same ids")
	}
	const name = "testdata/flow.golden.json"
	if *update {
		if err := os.WriteFile(name, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, append(got, '\n')) {
		t.Errorf("not the golden file, `go test ./mockcis2 -run TestGoldenFlow -update` writes it anew:\n%s", got)
	}
}
