package iso7816

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

// script is a card that expects exact commands: "command>answer" in hex.
type script struct {
	t     *testing.T
	steps []string
}

func (s *script) Transmit(_ context.Context, command []byte) ([]byte, error) {
	if len(s.steps) == 0 {
		s.t.Fatalf("unexpected % X", command)
	}
	want, answer, _ := strings.Cut(s.steps[0], ">")
	s.steps = s.steps[1:]
	if got := hex.EncodeToString(command); !strings.EqualFold(got, want) {
		s.t.Fatalf("sent %s, want %s", got, want)
	}
	return octets(s.t, answer), nil
}

// Channel speaks whole commands on both protocols: GET RESPONSE after 61xx, the
// right length after 6Cxx, chaining over 255 bytes (ISO/IEC 7816-4 §5.3, 7816-3
// §12.2).
// Turned red by: repeating a VERIFY after 6Cxx, or losing part of an answer.
func TestChannel(t *testing.T) {
	long := strings.Repeat("AB", 255)
	for _, c := range []struct {
		name     string
		protocol Protocol
		command  Command
		steps    []string
		want     string
	}{
		{"case 2", T1, Command{INS: 0xCA, Le: 256}, []string{"00CA000000>01029000"}, "01029000"},
		{"61xx twice", T1, Command{INS: 0xCA, Le: 256}, []string{"00CA000000>016102", "00C0000002>026101", "00C0000001>039000"}, "0102039000"},
		{"6Cxx", T1, Command{INS: 0xCA, Le: 256}, []string{"00CA000000>6C02", "00CA000002>01029000"}, "01029000"},
		{"6Cxx within GET RESPONSE", T0, Command{INS: 0xCA, Le: 256}, []string{"00CA000000>6110", "00C0000010>6C02", "00C0000002>01029000"}, "01029000"},
		{"case 1 on T=0", T0, Command{INS: 0x20}, []string{"0020000000>63C2"}, "63C2"},
		{"case 4 on T=0", T0, Command{INS: 0xA4, Data: []byte{1}, Le: 256}, []string{"00A400000101>6102", "00C0000002>01029000"}, "01029000"},
		{"an answer nobody wants on T=0", T0, Command{INS: 0xA4, Data: []byte{1}}, []string{"00A400000101>6102"}, "9000"},
		{"a VERIFY is never repeated", T1, Command{INS: 0x20, Data: []byte{1}}, []string{"002000000101>6C08"}, "6C08"},
		{"nor on T=0", T0, Command{INS: 0x20, Data: []byte{1}, Le: 256}, []string{"002000000101>6C08"}, "6C08"},
		{"chaining", T1, Command{INS: 0x87, Data: octets(t, "AB*256"), Le: 256}, []string{"10870000FF" + long + ">9000", "0087000001AB00>019000"}, "019000"},
		{"a broken chain stops", T0, Command{INS: 0x87, Data: octets(t, "AB*256")}, []string{"10870000FF" + long + ">6884"}, "6884"},
	} {
		t.Run(c.name, func(t *testing.T) {
			card := &script{t, c.steps}
			r, err := Channel{Card: card, Protocol: c.protocol}.Send(t.Context(), c.command)
			if got := strings.ToUpper(hex.EncodeToString(r.Bytes())); err != nil || got != c.want || len(card.steps) != 0 {
				t.Errorf("%s, %v, %d steps left; want %s", got, err, len(card.steps), c.want)
			}
		})
	}
}

// stuck is a card that gives one answer for ever.
type stuck []byte

func (s stuck) Transmit(context.Context, []byte) ([]byte, error) { return bytes.Clone(s), nil }

// A card that never ends, or answers nonsense, is an error and no hang.
// Turned red by: following 61xx without a bound.
func TestChannelEndsWithEveryCard(t *testing.T) {
	for answer, want := range map[string]error{
		"\x01\x61\x00": ErrEndless,
		"\x6C\x10":     ErrEndless,
		"":             ErrResponse,
		"\x90":         ErrResponse,
		"\x12\x34":     ErrResponse,
		"\x60\x00":     ErrResponse,
	} {
		if _, err := (Channel{Card: stuck(answer), Protocol: T1}).Send(t.Context(), Command{INS: 0xCA, Le: 256}); !errors.Is(err, want) {
			t.Errorf("% X: %v", answer, err)
		}
	}
}

// The data of a command is wiped from the buffer that carried it.
// Turned red by: leaving a passcode in an encoding buffer.
func TestChannelWipes(t *testing.T) {
	k := &keeper{}
	_, _ = Channel{Card: k, Protocol: T1}.Send(t.Context(), Command{INS: 0x20, Data: []byte("123456")})
	if bytes.Contains(k.seen, []byte("123456")) {
		t.Error("the passcode is still in the buffer")
	}
}

type keeper struct{ seen []byte }

func (k *keeper) Transmit(_ context.Context, command []byte) ([]byte, error) {
	k.seen = command
	return []byte{0x90, 0x00}, nil
}
