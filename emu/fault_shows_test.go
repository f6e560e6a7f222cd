package emu_test

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
	"github.com/smartcard-connect/smartcard-connect/emu/fault"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

const (
	wrong      = "0020008008303030303030FFFF"
	selectPIV  = "00A404000BA000000308000010000100"
	selectIt   = "00A4040010A0000000770100700A1000F100000100"
	changeCode = "0024008010313233343536FFFF363534333231FFFF"
)

// tell sends one whole command and returns its answer and nothing on failure.
func tell(c *emu.Card, command iso7816.Command) iso7816.Response {
	r, _ := channel(c).Send(context.Background(), command)
	return r
}

// object is a data object of a PIV card.
func object(c *emu.Card, tag ...byte) []byte {
	return tell(c, iso7816.Command{INS: 0xCB, P1: 0x3F, P2: 0xFF, Data: iso7816.Wrap(0x5C, tag), Le: 256}).Data
}

// parameters is what selecting a file of an AuthentIC card tells of it.
func parameters(c *emu.Card, path ...byte) iso7816.Response {
	tell(c, iso7816.Command{INS: 0xA4, P1: 4, Data: []byte("\xA0\x00\x00\x00\x77\x01\x00\x70\x0A\x10\x00\xF1\x00\x00\x01\x00")})
	return tell(c, iso7816.Command{INS: 0xA4, P1: 8, Data: path, Le: 256})
}

// waited is a context that ends when somebody waits for its end, which nobody
// does whom the card answers. No time passes.
type waited struct {
	context.Context
	over bool
}

// Done has happened.
func (w *waited) Done() <-chan struct{} {
	w.over = true
	done := make(chan struct{})
	close(done)
	return done
}

// Err is nil until somebody waited.
func (w *waited) Err() error {
	if w.over {
		return context.DeadlineExceeded
	}
	return nil
}

// transmitFails is the error of the first of n harmless commands that has one.
func transmitFails(c *emu.Card, n int) error {
	ctx := &waited{Context: context.Background()}
	for range n {
		if _, err := c.Transmit(ctx, []byte{0, 0x20, 0, 0x80}); err != nil {
			return err
		}
	}
	return nil
}

// raw is one exchange of bytes.
func raw(c *emu.Card, command ...byte) []byte {
	answer, _ := c.Transmit(context.Background(), command)
	return answer
}

// issued is whether the certificate on the card has some property.
func issued(c *emu.Card, is func(*x509.Certificate) bool) bool {
	cert, err := certificate(c)
	return err == nil && is(cert)
}

// showsToo is shows for the faults of the rest of the catalogue. A fault of
// series 8 is shown by a series 8 card.
var showsToo = map[string]func(*testing.T, *emu.Card) bool{
	"card.removed-at": func(_ *testing.T, c *emu.Card) bool { return errors.Is(transmitFails(c, 7), emu.ErrRemoved) },
	"card.reset-at":   func(_ *testing.T, c *emu.Card) bool { return errors.Is(transmitFails(c, 3), emu.ErrReset) },
	"card.mute-at":    func(_ *testing.T, c *emu.Card) bool { return errors.Is(transmitFails(c, 4), context.DeadlineExceeded) },
	"card.slow":       func(_ *testing.T, c *emu.Card) bool { return dawdles(c) },
	"card.empty-answer": func(_ *testing.T, c *emu.Card) bool {
		raw(c, 0, 0x20, 0, 0x80)
		return len(raw(c, 0, 0x20, 0, 0x80)) == 0
	},
	"card.restarts-before-sign": func(t *testing.T, c *emu.Card) bool {
		word(t, c, verify)
		_, err := sign(c, 0x9A)
		return errors.Is(err, iso7816.SecurityStatus)
	},
	"card.mute-while-signing": func(t *testing.T, c *emu.Card) bool {
		word(t, c, verify)
		_, err := channel(c).Send(&waited{Context: context.Background()}, iso7816.Command{INS: 0x87, P1: 7, P2: 0x9A, Data: block(), Le: 256})
		return errors.Is(err, context.DeadlineExceeded)
	},
	"card.stale-answer": func(t *testing.T, c *emu.Card) bool {
		word(t, c, status)
		word(t, c, verify)
		return word(t, c, "0020008103") == "9000" // reference 81 is never verified
	},
	"card.long-answer": func(_ *testing.T, c *emu.Card) bool { return len(object(c, 0x5F, 0xC1, 5)) > len(objectOfHealthy(c)) },
	"card.read-empty":  func(_ *testing.T, c *emu.Card) bool { return len(object(c, 0x5F, 0xC1, 5)) == 0 },
	"card.read-needs-passcode": func(_ *testing.T, c *emu.Card) bool {
		_, err := certificate(c)
		return errors.Is(err, iso7816.SecurityStatus)
	},
	"card.more-than-there-is": func(_ *testing.T, c *emu.Card) bool {
		answer := raw(c, 0, 0xCB, 0x3F, 0xFF, 3, 0x5C, 1, 0x7E) // 20 bytes are left on T=0
		if c.Protocol() == iso7816.T1 {
			answer = raw(c, 0, 0xCB, 0x3F, 0xFF, 3, 0x5C, 1, 0x7E, 8)
		}
		return bytes.HasSuffix(answer, []byte{0x61, 0})
	},
	"card.wrong-length-loop": func(_ *testing.T, c *emu.Card) bool {
		_, err := channel(c).Send(context.Background(), iso7816.Command{INS: 0xCB, P1: 0x3F, P2: 0xFF, Data: []byte{0x5C, 1, 0x7E}, Le: 256})
		return errors.Is(err, iso7816.ErrEndless)
	},
	"card.le-zero": func(_ *testing.T, c *emu.Card) bool { return len(object(c, 0x7E)) == 0 },
	"card.short-blocks": func(_ *testing.T, c *emu.Card) bool {
		return len(raw(c, append([]byte{0, 0xCB, 0x3F, 0xFF, 5, 0x5C, 3, 0x5F, 0xC1, 5}, 0)...)) == 130
	},
	"card.chaining-refused": func(t *testing.T, c *emu.Card) bool {
		word(t, c, verify)
		_, err := sign(c, 0x9A)
		return errors.Is(err, iso7816.ChainUnsupported)
	},
	"card.extended-only": func(_ *testing.T, c *emu.Card) bool {
		return tell(c, iso7816.Command{INS: 0xCB, P1: 0x3F, P2: 0xFF, Data: []byte{0x5C, 1, 0x7E}, Le: 256}).SW == iso7816.WrongLength
	},
	"card.first-command-lost": func(t *testing.T, c *emu.Card) bool {
		return word(t, c, status) == "6F00" && word(t, c, status) == "63C3"
	},
	"card.warm-atr": func(_ *testing.T, c *emu.Card) bool {
		cold := c.ATR()
		_ = c.Reset(context.Background())
		warm := c.ATR()
		c.PowerOff()
		return !bytes.Equal(cold, warm) && bytes.Equal(cold, c.ATR())
	},
	"card.historical-bytes": func(_ *testing.T, c *emu.Card) bool {
		return !strings.Contains(string(c.ATR()), "\x31\xC1") && !strings.Contains(string(c.ATR()), "\x00\x31\xC0") || unlike(c)
	},
	"card.errors-unnamed": func(t *testing.T, c *emu.Card) bool { return word(t, c, "00A4040003010203") == "6F00" },
	"card.wrong-passcode-accepted": func(t *testing.T, c *emu.Card) bool {
		return word(t, c, wrong) == "9000" && c.TriesLeft() == 2
	},
	"card.right-passcode-refused": func(t *testing.T, c *emu.Card) bool {
		return word(t, c, verify) == "6F00" && word(t, c, status) == "9000"
	},
	"card.tries-unsaid":   func(t *testing.T, c *emu.Card) bool { return word(t, c, wrong) == "6300" && c.TriesLeft() == 2 },
	"card.asking-refused": func(t *testing.T, c *emu.Card) bool { return word(t, c, status) == "6700" },
	"card.asking-never-verified": func(t *testing.T, c *emu.Card) bool {
		return word(t, c, verify) == "9000" && word(t, c, status) == "63C3"
	},
	"card.last-try-answer": func(t *testing.T, c *emu.Card) bool {
		return word(t, c, wrong)+word(t, c, wrong)+word(t, c, wrong) == "63C263C16983"
	},
	"card.blocked-otherwise": func(t *testing.T, c *emu.Card) bool { return word(t, c, status) == "6984" },
	"card.counter-volatile": func(t *testing.T, c *emu.Card) bool {
		word(t, c, wrong)
		c.PowerOff()
		return c.TriesLeft() == 3
	},
	"card.passcode-padding": func(t *testing.T, c *emu.Card) bool { return word(t, c, verify) == "63C2" },
	"card.passcode-shared": func(t *testing.T, c *emu.Card) bool {
		word(t, c, verify)
		word(t, c, "00A4040008A000000003000000")
		word(t, c, selectPIV)
		return word(t, c, status) == "9000"
	},
	"card.puk-other": func(t *testing.T, c *emu.Card) bool {
		return word(t, c, "002C0080103132333435363738313233343536FFFF") == "63C2"
	},
	"card.torn-write": func(_ *testing.T, c *emu.Card) bool {
		_, err := c.Transmit(context.Background(), hexBytes(changeCode))
		c.Insert()
		return errors.Is(err, emu.ErrRemoved) && bytes.Equal(raw(c, hexBytes("0020008008363534333536FFFF")...), []byte{0x90, 0})
	},
	"card.memory-full":  func(t *testing.T, c *emu.Card) bool { return word(t, c, changeCode) == "6A84" },
	"card.memory-fails": func(t *testing.T, c *emu.Card) bool { return word(t, c, verify) == "6581" && c.TriesLeft() == 3 },
	"card.blank": func(t *testing.T, c *emu.Card) bool {
		return len(object(c, 0x5F, 0xC1, 2)) == 0 && word(t, c, status) == "6983"
	},
	"card.two-applications": func(t *testing.T, c *emu.Card) bool {
		return word(t, c, selectIt) == "9000" || strings.HasPrefix(word(t, c, selectIt), "61")
	},
	"card.not-default": func(t *testing.T, c *emu.Card) bool { return word(t, c, status) == "6D00" },
	"card.template-malformed": func(_ *testing.T, c *emu.Card) bool {
		r := tell(c, iso7816.Command{INS: 0xA4, P1: 4, Data: hexBytes(selectPIV)[5:], Le: 256})
		_, ok := iso7816.Find(r.Data, 0x61, 0x4F)
		return r.SW == iso7816.OK && !ok
	},
	"card.certificate-gzip-flag": func(_ *testing.T, c *emu.Card) bool {
		info, ok := iso7816.Find(object(c, 0x5F, 0xC1, 5), 0x53, 0x71)
		return ok && info[0] == 1
	},
	"card.certificate-object-empty": func(_ *testing.T, c *emu.Card) bool { return string(object(c, 0x5F, 0xC1, 5)) == "\x53\x00" },
	"card.discovery-missing":        func(_ *testing.T, c *emu.Card) bool { return len(object(c, 0x7E)) == 0 },
	"card.global-pin": func(_ *testing.T, c *emu.Card) bool {
		policy, ok := iso7816.Find(object(c, 0x7E), 0x7E, 0x5F2F)
		return ok && string(policy) == "\x60\x20"
	},
	"card.fcp-no-access": func(_ *testing.T, c *emu.Card) bool {
		r := parameters(c, 0x2F, 0)
		_, rules := iso7816.Find(r.Data, 0x62, 0x86)
		return r.SW == iso7816.OK && !rules
	},
	"card.fcp-size": func(_ *testing.T, c *emu.Card) bool {
		size, _ := iso7816.Find(parameters(c, 0x2F, 0).Data, 0x62, 0x80)
		return string(size) == "\x00\xC0" // 128 + 64
	},
	"card.dir-missing": func(_ *testing.T, c *emu.Card) bool { return parameters(c, 0x2F, 0).SW == iso7816.FileNotFound },
	"card.certificate-future": func(_ *testing.T, c *emu.Card) bool {
		return issued(c, func(x *x509.Certificate) bool { return x.NotBefore.After(time.Now()) })
	},
	"card.certificate-authority": func(_ *testing.T, c *emu.Card) bool {
		return issued(c, func(x *x509.Certificate) bool {
			return x.CheckSignatureFrom(testpki.Authentication().Certificate) != nil
		})
	},
	"card.certificate-revoked": func(_ *testing.T, c *emu.Card) bool {
		return issued(c, func(x *x509.Certificate) bool { return x.SerialNumber.Cmp(testpki.Lost()) == 0 })
	},
	"card.key-weak": func(_ *testing.T, c *emu.Card) bool {
		return issued(c, func(x *x509.Certificate) bool { return x.PublicKey.(*rsa.PublicKey).Size() == 128 })
	},
	"card.key-usage": func(_ *testing.T, c *emu.Card) bool {
		return issued(c, func(x *x509.Certificate) bool { return x.KeyUsage&x509.KeyUsageDigitalSignature == 0 })
	},
	"card.holder-unnamed": func(_ *testing.T, c *emu.Card) bool {
		return issued(c, func(x *x509.Certificate) bool { return !strings.HasPrefix(x.Subject.CommonName, "5550") })
	},
	"card.two-holders": func(_ *testing.T, c *emu.Card) bool {
		der, _ := iso7816.Find(object(c, 0x5F, 0xC1, 0x0A), 0x53, 0x70)
		other, err := x509.ParseCertificate(der)
		return err == nil && issued(c, func(x *x509.Certificate) bool { return x.Subject.CommonName != other.Subject.CommonName })
	},
	"card.signature-short": func(t *testing.T, c *emu.Card) bool {
		word(t, c, verify)
		s, err := sign(c, 0x9A)
		return err == nil && len(s) == 255
	},
}

// hasty is a context that ends while the card is at work.
type hasty struct {
	context.Context
	asked int
}

// Err is nil the first time, when the card looks before it begins.
func (h *hasty) Err() error {
	if h.asked++; h.asked == 1 {
		return nil
	}
	return h.Context.Err()
}

// dawdles is whether the card still has not answered when the context ends. It
// is no measurement: a healthy card answers without looking.
func dawdles(c *emu.Card) bool {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	_, err := c.Transmit(&hasty{Context: ctx}, []byte{0, 0x20, 0, 0x80})
	return errors.Is(err, context.Canceled)
}

// unlike is whether the answer to reset differs from what the profile says.
func unlike(c *emu.Card) bool {
	p, _ := profile.Find("series" + c.Series())
	x, err := p.Personality(c.Protocol())
	return err == nil && !bytes.Equal(x.ATR, c.ATR())
}

// objectOfHealthy is the certificate object as it was personalised.
func objectOfHealthy(c *emu.Card) []byte {
	_ = c.Heal()
	return object(c, 0x5F, 0xC1, 5)
}

// Requirement: an ID with parameters is read strictly: an unknown key, a number
// out of range, a key twice and a parameter of another fault are refused, with
// the allowed keys and their defaults in the error. Turned red by: ignoring what
// is not understood.
func TestParameters(t *testing.T) {
	for id, want := range map[string]string{
		"card.removed-at:m=7":                    `no parameter "m"; it has n=7 (1 to 9999`,
		"card.removed-at:n=":                     `n="" is not 1 to 9999`,
		"card.removed-at:n=0":                    `n="0" is not 1 to 9999`,
		"card.removed-at:n=-1":                   `n="-1" is not`,
		"card.removed-at:n=7x":                   `n="7x" is not`,
		"card.removed-at:n=99999999999999999999": `is not 1 to 9999`,
		"card.removed-at:n=1,n=2":                `has "n" twice`,
		"card.removed-at:":                       `no parameter ""`,
		"card.removed-at:n=1,":                   `no parameter ""`,
		"card.removed-at:holder=5550":            `is not 12 digits`,
		"card.errors-unnamed:sw=6":               `four hexadecimal digits`,
		"card.errors-unnamed:sw=1234":            `four hexadecimal digits`,
		"card.pin-blocked:n=1":                   `it has power=0`,
		"reader.mute:holder=555000000025":        `no parameter "holder"`,
		"card.none:n=1":                          `nobody knows "card.none"`,
	} {
		_, err := emu.Find(id)
		if !errors.Is(err, emu.ErrOptions) || !errors.Is(err, fault.ErrParam) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", id, err)
		}
	}
	for _, f := range emu.Faults() {
		if !f.Bench && !strings.Contains(f.ID, ":") && f.Params[len(f.Params)-1].Key != "holder" {
			t.Errorf("%s has no holder", f.ID)
		}
	}
}

// Requirement: n is the occasion on which a fault fires, holder the person whose
// cards show it; both start over when the card is made anew. Turned red by: a
// count that outlives Restore.
func TestParametersTake(t *testing.T) {
	c := emutest.New(t, emu.Options{Faults: []string{"card.removed-at:n=2"}})
	for range 2 {
		if err := transmitFails(c, 1); err != nil || !errors.Is(transmitFails(c, 1), emu.ErrRemoved) {
			t.Fatalf("not at the second exchange: %v", err)
		}
		if err := c.Restore(); err != nil || c.Active()[0].ID != "card.removed-at:n=2" {
			t.Fatal(err, c.Active())
		}
	}
	for holder, tries := range map[string]int{"555000000025": 0, "555000000017": 3} {
		c := emutest.New(t, emu.Options{Faults: []string{"card.pin-blocked:holder=" + holder}})
		if c.TriesLeft() != tries {
			t.Errorf("holder %s: %d tries", holder, c.TriesLeft())
		}
	}
}

// Requirement: power is the only time the card is powered at which a fault
// shows, resets and being made anew counted, once in a life; passcode counters
// go on through it. Turned red by: a count that starts over, a try that is given
// back by a reset.
func TestOnePower(t *testing.T) {
	c := emutest.New(t, emu.Options{Faults: []string{"card.errors-unnamed:power=2"}})
	for _, want := range []string{"6D00 2", "6F00 1", "6D00 0"} {
		unknown := word(t, c, "00F0000000")
		word(t, c, wrong)
		if got := fmt.Sprint(unknown, " ", c.TriesLeft()); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		c.PowerOff()
	}
	for id, odd := range map[string]func(*emu.Card) bool{
		"card.atr-unknown:power=2":    func(c *emu.Card) bool { return len(c.ATR()) == 5 },
		"card.other-protocol:power=2": func(c *emu.Card) bool { return c.Protocol() == iso7816.T0 },
		"card.pin-blocked:power=2":    func(c *emu.Card) bool { return c.TriesLeft() == 0 },
	} {
		c := emutest.New(t, emu.Options{Faults: []string{id}, Protocol: iso7816.T1})
		for n := 1; n < 5; n++ {
			if odd(c) != (n == 2) {
				t.Errorf("%s at the time %d", id, n)
			}
			if n == 2 {
				if err := c.Restore(); err != nil {
					t.Fatal(err)
				}
				continue
			}
			c.PowerOff()
		}
	}
}

func hexBytes(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}
