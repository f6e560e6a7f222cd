//go:build linux && cgo

package keypad_test

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion/insertiontest"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/hil/namespace"
)

// TestMain lets the test program stand in for what runs beside its own pcscd.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "inner" {
		if err := inner(os.Args[2]); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// Requirement: with a reader that offers secure PIN entry the passcode is typed
// there: a wrong one costs one try and is asked for again, what the reader itself
// refuses costs none, the right one signs, and the card is reset afterwards
// (issue, "The keypad path runs against a test IFD handler"). Source: PC/SC part
// 10 §2.5.2. Turned red by: asking on the screen, another structure, or leaving
// the card unlocked.
func TestKeypad(t *testing.T) {
	for _, program := range []string{"gcc", "pcscd"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("this machine has no %s: install what ci/debian.packages names", program)
		}
	}
	dir := t.TempDir()
	build := exec.Command("gcc", "-shared", "-fPIC", "-Wall", "-Werror", "-I/usr/include/PCSC", "-o", filepath.Join(dir, "ifd.so"), "testdata/ifd.c")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command(os.Args[0], "inner", dir)
	out := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = out, out
	cut, err := namespace.Start(cmd)
	if errors.Is(err, namespace.ErrUnavailable) {
		t.Skipf("no namespaces here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cut() }()
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// inner starts the reader's far end and pcscd, and signs.
func inner(dir string) error {
	if err := namespace.Setup(func() { os.Exit(1) }); err != nil {
		return err
	}
	c, err := emu.New(emu.Options{})
	if err != nil {
		return err
	}
	l, err := net.Listen("unix", filepath.Join(dir, "reader"))
	if err != nil {
		return err
	}
	f := &fake{card: c, typed: [][]byte{[]byte("000000"), {0x64, 0x00}, {0x64, 0x03}, []byte(emu.DefaultPasscode)}}
	go f.serve(l)
	if err := daemon(dir); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return judge(ctx, f)
}

func daemon(dir string) error {
	conf := filepath.Join(dir, "reader.conf.d")
	if err := os.Mkdir(conf, 0o755); err != nil {
		return err
	}
	text := fmt.Sprintf("FRIENDLYNAME \"Keypad\"\nDEVICENAME %s\nLIBPATH %s\nCHANNELID 0\n", filepath.Join(dir, "reader"), filepath.Join(dir, "ifd.so"))
	if err := os.WriteFile(filepath.Join(conf, "keypad"), []byte(text), 0o644); err != nil {
		return err
	}
	return exec.Command("pcscd", "--foreground", "--config", conf).Start()
}

// judge runs one visit and looks at what the person, the reader and the card saw.
func judge(ctx context.Context, f *fake) error {
	glass := &insertiontest.Glass{}
	d := &insertion.Desk{Readers: pcsc.New(), Open: series.Open, Prompter: glass}
	if err := ready(ctx, d); err != nil {
		return err
	}
	var signature []byte
	v := insertion.Visit{Question: passcode.Question{Purpose: "Sign in to Ward round", TriesLeft: -1, Deadline: time.Now().Add(time.Minute)}, Key: card.Authentication}
	err := d.Visit(ctx, v, func(ctx context.Context, s *insertion.Session, _ insertion.Facts, secret []byte) (err error) {
		if secret != nil {
			return errors.New("the passcode came to the computer")
		}
		signature, err = s.Sign(ctx, card.Authentication, crypto.SHA256, make([]byte, 32))
		return err
	})
	if err != nil {
		return err
	}
	shown := ""
	for _, s := range glass.Panes()[0].Sheets() {
		shown += fmt.Sprintf("%v:%d ", s.State, s.TriesLeft)
	}
	const want = "reading:-1 keypad:3 keypad:2 keypad:2 keypad:2 using:2 "
	switch {
	case shown != want:
		return fmt.Errorf("the person saw %s, not %s", shown, want)
	case len(signature) != 256 || len(f.asked) != 4:
		return fmt.Errorf("%d bytes signed, the reader was asked %d times", len(signature), len(f.asked))
	case f.card.TriesLeft() != 3:
		return fmt.Errorf("%d tries are left after the right passcode", f.card.TriesLeft())
	}
	if answer, err := f.card.Transmit(ctx, []byte{0x00, 0x20, 0x00, 0x80}); err != nil || len(answer) != 2 || answer[0] != 0x63 {
		return fmt.Errorf("the card is still unlocked: % X, %v", answer, err)
	}
	return nil
}

// ready waits until pcscd sees the card.
func ready(ctx context.Context, d *insertion.Desk) error {
	for {
		states, err := d.Readers.Readers(ctx)
		if err == nil && len(states) == 1 && states[0].Present && len(states[0].ATR) > 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("pcscd does not see the card: %v, %v", states, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
