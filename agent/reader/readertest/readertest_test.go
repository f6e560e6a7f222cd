package readertest_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/readertest"
)

// parrot is a card that answers 6A88 to everything, until it breaks.
type parrot struct{ broken error }

func (*parrot) ATR() []byte                { return []byte{0x3B, 0x00} }
func (*parrot) Protocol() iso7816.Protocol { return iso7816.T1 }
func (p *parrot) Transmit(context.Context, []byte) ([]byte, error) {
	return []byte{0x6A, 0x88}, p.broken
}
func (*parrot) Begin(context.Context) (func() error, error) { panic("the shelf keeps transactions") }
func (*parrot) Reset(context.Context) error                 { return nil }
func (*parrot) Close() error                                { return nil }

type hands struct{ shelf *readertest.Shelf }

func (hands) Reader() string  { return "shelf 00 00" }
func (h hands) Insert() error { h.shelf.Insert(h.Reader(), &parrot{}); return nil }
func (h hands) Remove() error { h.shelf.Remove(h.Reader()); return nil }

// The Shelf behaves as PC/SC does (agent/reader's promises).
// Turned red by: a Shelf that lets an old connection reach a new card.
func TestShelfKeepsTheContract(t *testing.T) {
	shelf := &readertest.Shelf{}
	shelf.Add(hands{}.Reader())
	readertest.Contract(t, shelf, hands{shelf})
}

// A card that fails in mid-command is as good as taken out (reader.Card).
// Turned red by: passing the card's own error on as it is.
func TestShelfTakesOutABrokenCard(t *testing.T) {
	shelf, card := &readertest.Shelf{}, &parrot{}
	shelf.Insert("r", card)
	c, err := shelf.Connect(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	card.broken = errors.New("snapped")
	_, err = c.Transmit(t.Context(), []byte{0, 0xCA, 0, 0, 0})
	if !errors.Is(err, reader.ErrRemoved) || !errors.Is(err, card.broken) {
		t.Errorf("broken card: %v", err)
	}
	if states, _ := shelf.Readers(t.Context()); states[0].Present {
		t.Error("the broken card is still in the reader")
	}
	shelf.Vanish("r")
	if states, _ := shelf.Readers(t.Context()); len(states) != 0 {
		t.Errorf("the reader is still there: %v", states)
	}
}

// A recording never holds a passcode and plays back strictly (style.md 4).
// Turned red by: writing the data of VERIFY, or playing out of order.
func TestRecordingsAreBlankedAndStrict(t *testing.T) {
	var tape bytes.Buffer
	r, err := readertest.Record(&parrot{}, &tape)
	if err != nil {
		t.Fatal(err)
	}
	verify := append([]byte{0, 0x20, 0, 0x80, 8}, "123456\xFF\xFF"...)
	_, _ = r.Transmit(t.Context(), []byte{0, 0xCA, 0, 0, 0})
	_, _ = r.Transmit(t.Context(), verify)
	_ = r.Reset(t.Context())
	if strings.Contains(tape.String(), "313233") {
		t.Fatalf("the passcode is on the tape:\n%s", &tape)
	}
	p, err := readertest.Play(&tape)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Transmit(t.Context(), verify); !errors.Is(err, readertest.ErrScript) {
		t.Errorf("out of order: %v", err)
	}
	if answer, err := p.Transmit(t.Context(), []byte{0, 0xCA, 0, 0, 0}); err != nil || !bytes.Equal(answer, []byte{0x6A, 0x88}) {
		t.Errorf("% X, %v", answer, err)
	}
	if _, err := p.Transmit(t.Context(), append(verify[:5:5], "654321\xFF\xFF"...)); err != nil {
		t.Errorf("blanked bytes must match any: %v", err)
	}
	if err := p.Reset(t.Context()); err != nil || p.Rest() != 0 {
		t.Errorf("%v, %d left", err, p.Rest())
	}
}

// Malformed recordings are errors with a line number.
// Turned red by: ignoring an unknown word.
func TestMalformedRecordings(t *testing.T) {
	for _, text := range []string{"", "atr 3B00", "atr 3B\nprotocol T=1\n< 9000", "atr zz\nprotocol T=1", "atr 3B\nprotocol T=1\nhello"} {
		if _, err := readertest.Play(strings.NewReader(text)); err == nil {
			t.Errorf("accepted %q", text)
		}
	}
}
