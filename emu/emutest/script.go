// Package emutest is for tests that talk to an emulated card: conversations as
// tables.
package emutest

import (
	"context"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu"
)

// Step is one command and the answer it must have, in hexadecimal; spaces do
// not count. In Want, the sign … stands for any bytes: "7C820104…9000".
type Step struct{ Send, Want string }

// Reset, as Send, restarts the card.
const Reset = "reset"

// Card is what a conversation needs of a card: *emu.Card is one, and so is an
// applet behind a protocol.
type Card interface {
	Transmit(ctx context.Context, command []byte) ([]byte, error)
	Reset(ctx context.Context) error
}

// New makes a card or ends the test.
func New(t testing.TB, o emu.Options) *emu.Card {
	t.Helper()
	c, err := emu.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Run holds a card to a conversation.
func Run(t testing.TB, c Card, steps ...Step) {
	t.Helper()
	for i, s := range steps {
		if s.Send == Reset {
			if err := c.Reset(context.Background()); err != nil {
				t.Fatalf("step %d: %v", i, err)
			}
			continue
		}
		if got := Send(t, c, s.Send); !like(got, s.Want) {
			t.Errorf("step %d: > %s\n< %s\nwant %s", i, s.Send, got, s.Want)
		}
	}
}

// Send is one exchange in hexadecimal.
func Send(t testing.TB, c Card, command string) string {
	t.Helper()
	raw, err := hex.DecodeString(strings.ReplaceAll(command, " ", ""))
	if err != nil {
		t.Fatalf("%q: %v", command, err)
	}
	answer, err := c.Transmit(context.Background(), raw)
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return strings.ToUpper(hex.EncodeToString(answer))
}

func like(got, want string) bool {
	before, after, open := strings.Cut(strings.ReplaceAll(want, " ", ""), "…")
	if !open {
		return got == before
	}
	return len(got) >= len(before)+len(after) && strings.HasPrefix(got, before) && strings.HasSuffix(got, after)
}

// Say is one step: this command, that answer.
func Say(send, want string) []Step { return []Step{{send, want}} }

// Join makes one conversation of several.
func Join(parts ...[]Step) (out []Step) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}
