package emu_test

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

func hexOf(s string) string { return hex.EncodeToString([]byte(s)) }

func encrypt(k *rsa.PublicKey, text string) (string, error) {
	c, err := rsa.EncryptPKCS1v15(rand.Reader, k, []byte(text))
	return strings.ToUpper(hex.EncodeToString(c)), err
}

// word sends a command and returns the status word alone.
func word(t *testing.T, c *emu.Card, command string) string {
	t.Helper()
	got := emutest.Send(t, c, command)
	return got[max(0, len(got)-4):]
}

func channel(c *emu.Card) iso7816.Channel {
	return iso7816.Channel{Card: c, Protocol: c.Protocol()}
}

// block is what a host sends to key 9A or 9C of a series 9 card to sign "x".
func block() []byte {
	sum := sha256.Sum256([]byte("x"))
	prefix, _ := hex.DecodeString("3031300d060960864801650304020105000420")
	info := append(prefix, sum[:]...)
	padded := append([]byte{0, 1}, append([]byte(strings.Repeat("\xFF", 256-3-len(info))), 0)...)
	return iso7816.Wrap(0x7C, []byte{0x82, 0}, iso7816.Wrap(0x81, append(padded, info...)))
}

func sign(c *emu.Card, key byte) ([]byte, error) {
	data, err := channel(c).Check(context.Background(), iso7816.Command{INS: 0x87, P1: 7, P2: key, Data: block(), Le: 256})
	if err != nil {
		return nil, err
	}
	s, _ := iso7816.Find(data, 0x7C, 0x82)
	return s, nil
}

func certificate(c *emu.Card) (*x509.Certificate, error) {
	data, err := channel(c).Check(context.Background(), iso7816.Command{INS: 0xCB, P1: 0x3F, P2: 0xFF, Data: []byte{0x5C, 3, 0x5F, 0xC1, 5}, Le: 256})
	if err != nil {
		return nil, err
	}
	der, _ := iso7816.Find(data, 0x53, 0x70)
	return x509.ParseCertificate(der)
}

// verifies reports whether s is key 9A's signature over "x" by the certificate
// on the card.
func verifies(t *testing.T, c *emu.Card) bool {
	t.Helper()
	emutest.Run(t, c, emutest.Say(verify, "9000")...)
	s, err := sign(c, 0x9A)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := certificate(c)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("x"))
	return rsa.VerifyPKCS1v15(cert.PublicKey.(*rsa.PublicKey), crypto.SHA256, sum[:], s) == nil
}

// shows says for each fault how a series 9 card on T=1 shows it: true where
// the fault is on, false on a healthy card. There is more of it in showsToo.
var shows = map[string]func(*testing.T, *emu.Card) bool{
	"card.removed-mid-command": func(t *testing.T, c *emu.Card) bool {
		word(t, c, verify)
		_, err := sign(c, 0x9A)
		return errors.Is(err, emu.ErrRemoved)
	},
	"card.removed-before-sign": func(t *testing.T, c *emu.Card) bool {
		word(t, c, verify)
		_, err := c.Transmit(context.Background(), []byte{0, 0x20, 0, 0x80})
		return errors.Is(err, emu.ErrRemoved) && !c.Present()
	},
	"card.wrong-signature": func(t *testing.T, c *emu.Card) bool { return !verifies(t, c) },
	"card.keys-swapped":    func(t *testing.T, c *emu.Card) bool { return !verifies(t, c) },
	"card.wrong-holder":    func(t *testing.T, c *emu.Card) bool { return !verifies(t, c) },
	"card.pin-blocked":     func(t *testing.T, c *emu.Card) bool { return word(t, c, verify) == "6983" && c.TriesLeft() == 0 },
	"card.last-try":        func(t *testing.T, c *emu.Card) bool { return word(t, c, status) == "63C1" },
	"card.tries-lie": func(t *testing.T, c *emu.Card) bool {
		word(t, c, "0020008008303030303030FFFF")
		return word(t, c, status) == "63C3" && c.TriesLeft() == 2
	},
	"card.counter-not-decremented": func(t *testing.T, c *emu.Card) bool {
		return word(t, c, "0020008008303030303030FFFF") == "63C3" && c.TriesLeft() == 3
	},
	"card.sign-without-passcode": func(_ *testing.T, c *emu.Card) bool {
		_, err := sign(c, 0x9C)
		return err == nil
	},
	"card.verify-survives-reset": func(t *testing.T, c *emu.Card) bool {
		word(t, c, verify)
		_ = c.Reset(context.Background())
		return word(t, c, status) == "9000"
	},
	"card.content-commitment-not-always": func(t *testing.T, c *emu.Card) bool {
		word(t, c, verify)
		_, first := sign(c, 0x9C)
		_, second := sign(c, 0x9C)
		return first == nil && second == nil
	},
	"card.certificate-expired": func(_ *testing.T, c *emu.Card) bool {
		cert, err := certificate(c)
		return err == nil && cert.NotAfter.Before(time.Now())
	},
	"card.certificate-corrupt": func(_ *testing.T, c *emu.Card) bool {
		_, err := certificate(c)
		return err != nil
	},
	"card.garbage": func(_ *testing.T, c *emu.Card) bool {
		_, err := certificate(c)
		return err != nil
	},
	"card.select-refused": func(t *testing.T, c *emu.Card) bool { return word(t, c, "00A4040005A000000308") == "6A82" },
	"card.truncated-response": func(_ *testing.T, c *emu.Card) bool {
		_, err := certificate(c)
		return errors.Is(err, iso7816.ErrResponse)
	},
	"card.more-data-endless": func(_ *testing.T, c *emu.Card) bool {
		_, err := certificate(c)
		return errors.Is(err, iso7816.ErrEndless)
	},
	"card.t0-wrong-length": func(_ *testing.T, c *emu.Card) bool {
		_, err := certificate(c)
		return errors.Is(err, iso7816.ErrEndless)
	},
	"card.atr-wrong-check": func(_ *testing.T, c *emu.Card) bool {
		sum := byte(0)
		for _, b := range c.ATR()[1:] {
			sum ^= b
		}
		return c.Protocol() == iso7816.T1 && sum != 0
	},
	"card.other-protocol": func(t *testing.T, c *emu.Card) bool {
		was := c.Protocol()
		if err := c.Heal(); err != nil {
			t.Fatal(err)
		}
		return was != c.Protocol()
	},
	"card.unknown-application-accepted": func(t *testing.T, c *emu.Card) bool { return word(t, c, "00A4040003010203") == "9000" },
	"card.pairs-swapped": func(_ *testing.T, c *emu.Card) bool {
		cert, err := certificate(c)
		return err == nil && cert.KeyUsage&x509.KeyUsageContentCommitment != 0
	},
	"card.asking-spends-try": func(t *testing.T, c *emu.Card) bool {
		return word(t, c, status) == "63C3" && c.TriesLeft() == 2
	},
	"card.wrong-length-spends-try": func(t *testing.T, c *emu.Card) bool {
		word(t, c, "002000800131")
		return c.TriesLeft() == 2
	},
	"card.get-response-stale": func(t *testing.T, c *emu.Card) bool { return word(t, c, "00C0000010") == "9000" },
	"card.accepts-anything":   func(t *testing.T, c *emu.Card) bool { return word(t, c, "00F0000000") == "9000" },
	"card.atr-unknown":        func(_ *testing.T, c *emu.Card) bool { return len(c.ATR()) < 8 },
	"card.series-5":           func(_ *testing.T, c *emu.Card) bool { return strings.Contains(string(c.ATR()), "JCOP41") },
	"reader.vanished": func(_ *testing.T, c *emu.Card) bool {
		_, err := certificate(c) // SELECT is not needed: three exchanges
		_, again := c.Transmit(context.Background(), []byte{0, 0x20, 0, 0x80})
		return errors.Is(err, emu.ErrReader) && errors.Is(again, emu.ErrReader)
	},
	"reader.mute": func(_ *testing.T, c *emu.Card) bool {
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		for range 2 {
			if _, err := c.Transmit(ctx, []byte{0, 0x20, 0, 0x80}); err != nil {
				return false
			}
		}
		done := make(chan error)
		go func() {
			_, err := c.Transmit(ctx, []byte{0, 0x20, 0, 0x80})
			done <- err
		}()
		stop()
		return errors.Is(<-done, context.Canceled)
	},
}

// Requirement: each fault shows, on the protocols it is for, and a healthy card
// does not show it. Turned red by: a fault that does nothing.
func TestFaultsShow(t *testing.T) {
	id := testpki.Issue(testpki.Holders()[1], time.Now())
	for _, f := range emu.Faults() {
		show, ok := shows[f.ID]
		if !ok {
			show, ok = rules[f.ID]
		}
		if !ok {
			show, ok = showsToo[f.ID]
		}
		if !ok {
			t.Errorf("%s: no test says how it shows", f.ID)
			continue
		}
		for _, p := range []iso7816.Protocol{iso7816.T0, iso7816.T1} {
			name := cmp.Or(f.Applet, "piv")
			profile := map[string]string{"authentic": "series8", "piv": "series9"}[name]
			on := emutest.New(t, emu.Options{Profile: profile, Protocol: p, Identity: &id, Faults: []string{f.ID}})
			if got, want := show(t, on), f.Applies(name, p); got != want {
				t.Errorf("%s on %v: shows is %v, want %v", f.ID, p, got, want)
			}
			if f.ID == "reader.mute" {
				continue // its question ends the context on a healthy card too
			}
			if show(t, emutest.New(t, emu.Options{Profile: profile, Protocol: p, Identity: &id})) {
				t.Errorf("%s: a healthy card on %v shows it", f.ID, p)
			}
		}
	}
}

// Requirement: the list can be read by people and programs: unique IDs in the
// shared space, a sentence, a reason; reader faults are the bench's. Turned red
// by: a fault without a Why.
func TestFaultList(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range emu.Faults() {
		area, _, ok := strings.Cut(f.ID, ".")
		if seen[f.ID] || !ok || f.Title == "" || f.Why == "" || f.Bench != (area == "reader") {
			t.Errorf("%+v", f)
		}
		seen[f.ID] = true
	}
	for _, tested := range []map[string]func(*testing.T, *emu.Card) bool{shows, showsToo, rules} {
		for id := range tested {
			if !seen[id] {
				t.Errorf("%s is tested and not listed", id)
			}
		}
	}
}

// Requirement: ATRs that faults put on are well formed and offer the card's
// protocol, or a reader would call the card mute. Turned red by: a wrong check
// byte.
func TestFaultATRs(t *testing.T) {
	for _, id := range []string{"card.atr-unknown", "card.series-5", "card.other-protocol"} {
		for _, p := range []iso7816.Protocol{iso7816.T0, iso7816.T1} {
			c := emutest.New(t, emu.Options{Protocol: p, Faults: []string{id}})
			offers, err := profile.Protocols(c.ATR())
			if err != nil || (offers[0] != c.Protocol() && offers[len(offers)-1] != c.Protocol()) {
				t.Errorf("%s on %v: %v, %v", id, p, offers, err)
			}
		}
	}
}

// Requirement: faults can be put on and taken off later. Turned red by: a fault
// that stays.
func TestInjectHeal(t *testing.T) {
	c := emutest.New(t, emu.Options{})
	f, err := emu.Find("card.pin-blocked")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Inject(f); err != nil || c.TriesLeft() != 0 || len(c.Active()) != 1 {
		t.Errorf("on: %d tries, %v", c.TriesLeft(), err)
	}
	if err := c.Heal(); err != nil || c.TriesLeft() != 3 || len(c.Active()) != 0 {
		t.Errorf("off: %d tries, %v", c.TriesLeft(), err)
	}
	if _, err := emu.Find("card.none"); !errors.Is(err, emu.ErrOptions) {
		t.Errorf("%v", err)
	}
}
