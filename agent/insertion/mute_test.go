package insertion_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/card/series9"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/readertest"
)

// silent is a card that never answers a command.
type silent struct{}

func (silent) ATR() []byte                { return []byte{0x3B, 0x00} }
func (silent) Protocol() iso7816.Protocol { return iso7816.T1 }
func (silent) Transmit(ctx context.Context, _ []byte) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
func (silent) Begin(context.Context) (func() error, error) {
	return func() error { return nil }, nil
}
func (silent) Reset(context.Context) error { return nil }
func (silent) Close() error                { return nil }

// Requirement: a card that does not answer is given up as mute, and only the
// caller's own end is the caller's (PROTOCOL.md §9: CARD_UNREADABLE is "not at
// all" too). Turned red by: leaving the wait to the time a whole use may take,
// which a person sees as time up.
func TestMuteCardIsGivenUp(t *testing.T) {
	shelf := &readertest.Shelf{}
	shelf.Insert("reader", silent{})
	d := &insertion.Desk{Readers: shelf, Open: func(c reader.Card, m *card.Memory) (card.Card, error) { return series9.Open(c, m), nil }, Patience: time.Millisecond}
	in, err := d.Find(t.Context(), passcode.Notice{Deadline: time.Now().Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Read(t.Context(), in, card.Authentication); !errors.Is(err, reader.ErrMute) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("patience: %v", err)
	}
	d.Patience = time.Hour
	ctx, stop := context.WithTimeout(t.Context(), time.Millisecond)
	defer stop()
	if _, err := d.Read(ctx, in, card.Authentication); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, reader.ErrMute) {
		t.Errorf("the caller's end: %v", err)
	}
}
