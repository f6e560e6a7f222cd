package stranger_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/vpcd"
)

// Requirement: real pcscd takes the cards of somebody else for what they are,
// and the agent's drivers say what a person can act on: a withdrawn card by its
// series, a bank card and one whose answer to reset breaks off as unknown, a mute
// one as mute.
// Turned red by: no answer to reset instead of one that is too long, which the
// driver takes for an empty reader.
func TestForeignCards(t *testing.T) {
	if !*inside {
		need(t, "pcscd", "unshare")
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		out, err := command(t, 2*time.Minute, filepath.Join(bin, "hil"), "exec", "--empty", "--", self, "-test.run", "^TestForeignCards$", "-test.v", "-inside")
		if err != nil || !contains(out, "--- PASS: TestForeignCards") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	system := pcsc.New()
	for _, row := range []struct {
		profile  string
		protocol iso7816.Protocol
		wants    error
	}{
		{"mute", iso7816.T0, reader.ErrMute},
		{"broken-atr", iso7816.T1, card.UnknownError{}},
		{"bank", iso7816.T0, card.UnknownError{}},
		{"jcop41", iso7816.T0, card.RetiredError{}},
		{"jcop41", iso7816.T1, card.RetiredError{}},
	} {
		if got := meet(t, system, row.profile, row.protocol); !alike(got, row.wants) {
			t.Errorf("%s on %v: %v (%T), want %T %v", row.profile, row.protocol, got, got, row.wants, row.wants)
		}
	}
}

// alike compares kinds, not values: an UnknownError names the card's ATR.
func alike(got, want error) bool {
	var unknown card.UnknownError
	var retired card.RetiredError
	switch want.(type) {
	case card.UnknownError:
		return errors.As(got, &unknown)
	case card.RetiredError:
		return errors.As(got, &retired)
	}
	return errors.Is(got, want)
}

// meet puts a card in until the reader sees it, and returns what reader or
// driver say.
func meet(t *testing.T, system reader.System, profile string, p iso7816.Protocol) error {
	t.Helper()
	c, err := emu.New(emu.Options{Profile: profile, Protocol: p})
	if err != nil {
		t.Fatal(err)
	}
	ctx, out := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = (&vpcd.Client{Address: "127.0.0.1:35963", Card: c}).Run(ctx) }()
	defer func() { out(); <-done; await(t, system, false) }()
	await(t, system, true)
	connected, err := system.Connect(ctx, "Virtual PCD 00 00")
	if err != nil {
		return err
	}
	defer connected.Close()
	_, err = series.Find(connected.ATR())
	return err
}

// await waits until the first reader is full or empty.
func await(t *testing.T, system reader.System, full bool) {
	t.Helper()
	for range 100 {
		states, err := system.Readers(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range states {
			if s.Name == "Virtual PCD 00 00" && s.Present == full {
				return
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("the reader never said that a card is there: %v", full)
}
