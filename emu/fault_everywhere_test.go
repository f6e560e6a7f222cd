package emu_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/fault"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

// small is a conversation that touches each part of an IAS-ECC card; to others
// it is nonsense, which is as good here.
var small = []string{
	"00A4000C023F00", "00A40904022F0100", "00B0000040",
	"00A404040DE828BD080FF2504F542041575000", "00A401040234010000", "00B0000000",
	"00CB3FFF0A4D087006BF810102A08000", "0020000100", "00200001083939393939393939", "0020000106313233343536",
	"002241A406840181800102", "0088000033" + digestInfo, "00C0000000",
	"002241B6068401828001 42", "002A9E9A20" + digest, "002241B80684018180011A", "002A8086028100",
	"00DB3FFF0D700BBFA00107 7F49048202 0003", "0024000104 31323334", "002C0201063132333435 36", "0084000008",
}

const (
	digest     = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"
	digestInfo = "3031300D060960864801650304020105000420" + digest
)

// Requirement: every fault that a card can be given, also one that was written
// with another card in mind, leaves it a card: it can be made, answers or fails
// as a card does, and comes to an end. Source: issue, faults; our own rule that
// bad input never panics or hangs. Turned red by: reading historical bytes of an
// answer to reset that has none.
func TestFaultsEverywhere(t *testing.T) {
	id := testpki.Issue(testpki.Holders()[1], time.Now())
	for _, name := range []string{"series9-iasecc", "jcop41", "bank", "mute", "broken-atr"} {
		for _, f := range fault.All {
			if f.Applet != "" { // left out by the card, as TestFaultList has it
				continue
			}
			for _, o := range protocols(t, name) {
				o.Faults, o.Identity = []string{f.ID}, &id
				synctest.Test(t, func(t *testing.T) { converse(t, o) })
			}
		}
	}
}

// protocols are options for a card on each protocol it speaks.
func protocols(t *testing.T, name string) (out []emu.Options) {
	p, err := profile.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[any]bool{}
	for _, x := range p.Personalities {
		if !seen[x.Protocol] {
			out = append(out, emu.Options{Profile: name, Protocol: x.Protocol})
		}
		seen[x.Protocol] = true
	}
	return out
}

// converse says everything small to a card, and puts it back in when it is
// pulled out. The minute that a mute card is waited for takes no time here.
func converse(t *testing.T, o emu.Options) {
	c, err := emu.New(o)
	if err != nil {
		t.Errorf("%s on %v, %s: %v", o.Profile, o.Protocol, o.Faults[0], err)
		return
	}
	_ = c.Reset(t.Context())
	for _, command := range small {
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		answer, err := c.Transmit(ctx, hexBytes(strings.ReplaceAll(command, " ", "")))
		stop()
		switch {
		case err == nil && len(answer) == 0, err == nil && len(answer) == 1:
			if id := o.Faults[0]; id != "card.empty-answer" && id != "card.truncated-response" {
				t.Errorf("%s, %s, %s: no status word", o.Profile, id, command)
			}
		case errors.Is(err, emu.ErrReader):
			return
		case errors.Is(err, emu.ErrRemoved):
			c.Insert()
		case err != nil && !errors.Is(err, emu.ErrReset) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, emu.ErrMute):
			t.Errorf("%s, %s, %s: %v", o.Profile, o.Faults[0], command, err)
		}
	}
}

// Requirement: faults of no application in particular show on an IAS-ECC card
// too, which signs with INTERNAL AUTHENTICATE and takes a passcode with or
// without its filling. Source: OpenSC card-iasecc.c. Turned red by: looking for
// the commands of the other two applications alone.
func TestFaultsOnIASECC(t *testing.T) {
	const filled = "313233343536" + "FF"
	login := []string{"00A404040DE828BD080FF2504F542041575000", "0020000140" + filled + strings.Repeat("FF", 57), "002241A406840181800102"}
	signing := "0088000033" + digestInfo + "00"
	for id, shows := range map[string]func(*emu.Card) bool{
		"card.removed-mid-command":  func(c *emu.Card) bool { return fails(c, signing, emu.ErrRemoved) },
		"card.mute-while-signing":   func(c *emu.Card) bool { return fails(c, signing, context.DeadlineExceeded) },
		"card.restarts-before-sign": func(c *emu.Card) bool { return word(t, c, signing) != "9000" },
		"card.signature-short":      func(c *emu.Card) bool { return len(raw(c, hexBytes(signing)...)) == 257 },
		"card.asks-each-time": func(c *emu.Card) bool {
			return word(t, c, signing) == "9000" && word(t, c, signing) == "6982"
		},
		"card.wrong-length-spends-try": func(c *emu.Card) bool { return word(t, c, "0020000103313233") == "63C2" },
		"card.unblock-verifies": func(c *emu.Card) bool {
			_ = c.Reset(t.Context())
			filling := strings.Repeat("FF", 56)
			word(t, c, "002C000180"+"3132333435363738"+filling+"363534333231FFFF"+filling)
			return word(t, c, "00200001") == "9000"
		},
	} {
		for _, on := range []bool{true, false} {
			o := emu.Options{Profile: "series9-iasecc"}
			if on {
				o.Faults = []string{id}
			}
			c, err := emu.New(o)
			if err != nil {
				t.Fatal(err)
			}
			for _, command := range login {
				if got := word(t, c, command); got != "9000" {
					t.Errorf("%s, %s: %s", id, command, got)
				}
			}
			if got := shows(c); got != on {
				t.Errorf("%s: shows is %v with the fault on %v", id, got, on)
			}
		}
	}
}

// fails reports whether a command ends with this error.
func fails(c *emu.Card, command string, want error) bool {
	_, err := c.Transmit(&waited{Context: context.Background()}, hexBytes(command))
	return errors.Is(err, want)
}
