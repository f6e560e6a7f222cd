package stranger_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/vpcd"
)

// BenchmarkReader is a series 9 card behind real pcscd against an echo: a card
// that does nothing but answer with as many bytes, and for a signature the bare
// RSA operation beside it. The two take turns in one run; the ratio of the
// medians is what the card costs on top of the way there.
func BenchmarkReader(b *testing.B) {
	if *inside {
		race(b)
		return
	}
	need(b, "pcscd", "unshare")
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		out, err := command(b, 4*time.Minute, filepath.Join(bin, "hil"), "exec", "--empty", "--",
			self, "-test.run", "^$", "-test.bench", "^BenchmarkReader$", "-test.benchtime", "1x", "-inside")
		if err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		_, found, ok := strings.Cut(out, "found: ")
		var ratios map[string]float64
		if line, _, _ := strings.Cut(found, "\n"); !ok || json.Unmarshal([]byte(line), &ratios) != nil {
			b.Fatalf("no result in\n%s", out)
		}
		for name, value := range ratios {
			b.ReportMetric(value, name)
		}
	}
}

// laps is how often each side runs each race.
const laps = 400

// race plugs both cards in and prints the ratios.
func race(b *testing.B) {
	id := testpki.Issue(testpki.Holders()[1], time.Now())
	card, err := emu.New(emu.Options{Identity: &id})
	if err != nil {
		b.Fatal(err)
	}
	twin, err := emu.New(emu.Options{Identity: &id})
	if err != nil {
		b.Fatal(err)
	}
	real := plugIn(b, card, "127.0.0.1:35963", "Virtual PCD 00 00")
	found := map[string]float64{}
	copycat := &echo{atr: card.ATR()}
	mirror := plugIn(b, copycat, "127.0.0.1:35964", "Virtual PCD 00 01")
	for _, lap := range []struct {
		name     string
		commands []string
		key      *rsa.PrivateKey
	}{
		{"SELECT", []string{"00A404000BA00000030800001000010000"}, nil},
		{"GET-DATA", reading(b, twin), nil},
		{"sign", signing(), id.Authentication.Key},
	} {
		copycat.learn(b, twin, lap.commands)
		copycat.key = lap.key
		ours, theirs := turns(b, real, mirror, lap.commands)
		found[lap.name+"-x-echo"] = float64(ours) / float64(theirs)
		found[lap.name+"-µs"] = float64(ours.Microseconds())
	}
	text, err := json.Marshal(found)
	if err != nil {
		b.Fatal(err)
	}
	os.Stdout.WriteString("found: " + string(text) + "\n")
}

// reading is GET DATA of the certificate of 9A and as many GET RESPONSE as it
// takes.
func reading(b *testing.B, c *emu.Card) []string {
	b.Helper()
	commands := []string{"00CB3FFF055C035FC10500"}
	for {
		command, err := hex.DecodeString(commands[len(commands)-1])
		if err != nil {
			b.Fatal(err)
		}
		answer, err := c.Transmit(context.Background(), command)
		if err != nil {
			b.Fatal(err)
		}
		if answer[len(answer)-2] != 0x61 {
			return commands
		}
		commands = append(commands, "00C0000000")
	}
}

// signing is VERIFY, then GENERAL AUTHENTICATE with 9A in two parts and the end
// of its answer.
func signing() []string {
	block := "0001" + strings.Repeat("FF", 202) + "00" + "3031300D060960864801650304020105000420" + strings.Repeat("A5", 32)
	all := "7C820106820081820100" + block
	return []string{"0020008008313233343536FFFF", "1087079AFF" + all[:510], "0087079A0B" + all[510:] + "00", "00C0000008"}
}

// plugIn puts a card into a slot and connects to it through pcscd.
func plugIn(b *testing.B, card vpcd.Card, address, name string) reader.Card {
	b.Helper()
	ctx, stop := context.WithCancel(context.Background())
	b.Cleanup(stop)
	go func() { _ = (&vpcd.Client{Address: address, Card: card}).Run(ctx) }()
	system := pcsc.New()
	for range 100 {
		if c, err := system.Connect(ctx, name); err == nil {
			b.Cleanup(func() { _ = c.Close() })
			return c
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.Fatalf("no card comes up in %s", name)
	return nil
}

// turns runs the commands on both cards in turn and answers the medians.
func turns(b *testing.B, ours, theirs reader.Card, commands []string) (time.Duration, time.Duration) {
	b.Helper()
	var raw [][]byte
	for _, c := range commands {
		command, err := hex.DecodeString(c)
		if err != nil {
			b.Fatal(err)
		}
		raw = append(raw, command)
	}
	var a, z []time.Duration
	for lap := range laps {
		if lap%2 == 0 { // whoever comes second finds a warmer machine
			a, z = append(a, timed(b, ours, raw)), append(z, timed(b, theirs, raw))
			continue
		}
		z, a = append(z, timed(b, theirs, raw)), append(a, timed(b, ours, raw))
	}
	slices.Sort(a)
	slices.Sort(z)
	return a[laps/2], z[laps/2]
}

func timed(b *testing.B, c reader.Card, commands [][]byte) time.Duration {
	b.Helper()
	start := time.Now()
	for _, command := range commands {
		answer, err := c.Transmit(context.Background(), bytes.Clone(command))
		if err != nil || len(answer) < 2 || (answer[len(answer)-2] != 0x90 && answer[len(answer)-2] != 0x61) {
			b.Fatalf("% X: % X, %v", command[:4], answer, err)
		}
	}
	return time.Since(start)
}

// echo is a card without a thought: it says in turn what it learned, and where
// the real one signs it does the bare RSA operation and throws it away.
type echo struct {
	atr     []byte
	answers [][]byte
	key     *rsa.PrivateKey
	next    int
}

// learn asks another card what it would say.
func (e *echo) learn(b *testing.B, from *emu.Card, commands []string) {
	b.Helper()
	e.answers, e.next = nil, 0
	for _, text := range commands {
		command, err := hex.DecodeString(text)
		if err != nil {
			b.Fatal(err)
		}
		answer, err := from.Transmit(context.Background(), command)
		if err != nil {
			b.Fatal(err)
		}
		e.answers = append(e.answers, answer)
	}
}

// Transmit answers from memory.
func (e *echo) Transmit(_ context.Context, command []byte) ([]byte, error) {
	if e.key != nil && command[0] == 0 && command[1] == 0x87 {
		if _, err := rsa.SignPKCS1v15(nil, e.key, crypto.Hash(0), make([]byte, 51)); err != nil {
			return nil, err
		}
	}
	answer := e.answers[e.next]
	e.next = (e.next + 1) % len(e.answers)
	return answer, nil
}

// ATR is the other card's.
func (e *echo) ATR() []byte { return e.atr }

// PowerOff does nothing.
func (e *echo) PowerOff() {}

// Reset does nothing.
func (e *echo) Reset(context.Context) error { return nil }
