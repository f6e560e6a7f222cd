package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/hil/replay"
	"github.com/smartcard-connect/smartcard-connect/hil/tap"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Tape is a recording that a bench makes of its card, or plays in its place.
type Tape struct {
	Record string `json:"record,omitempty"` // file to be written when the bench closes
	Play   string `json:"play,omitempty"`   // file to be played
	Keys   string `json:"keys,omitempty"`   // folder with keys of the test card, for playing
}

// tapePort is the door that records or plays, inside the cell's network.
const tapePort = CardPort + 90

// secrets are those of the bench's test card.
func secrets(c cell.Cell) record.Secrets {
	return record.Secrets{Passcode: []byte(c.Card.Passcode), PUK: []byte(c.Card.PUK)}
}

// recordCard puts a tap between the card and the slot with this number, and
// returns where the card is to connect to.
func (b *Bench) recordCard(ctx context.Context, c cell.Cell, seed int64, slot int) (reader string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	b.conversation = &record.Conversation{Now: time.Now, Secrets: secrets(c), Recording: record.Recording{
		Reader: c.Reader.Name, Script: "the conformance program", Cell: c.ID(), Seed: seed, Date: time.Now(), Protocol: c.Card.Protocol,
	}}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tap.Emulated{Listener: l, Slot: fmt.Sprintf("127.0.0.1:%d", slotPort+slot), Conversation: b.conversation}.Run(ctx)
	}()
	b.closers = append(b.closers, func() error { stop(); <-ended; return nil })
	return l.Addr().String(), nil
}

// recordDoor puts the tap's door before the card's.
func (b *Bench) recordDoor(card string) (string, error) {
	return b.serve(tap.Door{Card: card, Conversation: b.conversation})
}

// serve opens a door until the bench closes.
func (b *Bench) serve(h http.Handler) (string, error) {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", tapePort))
	if err != nil {
		return "", err
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = s.Serve(l) }()
	b.closers = append(b.closers, s.Close)
	return "http://" + l.Addr().String(), nil
}

// playCard puts a player in the slot with this number.
func (b *Bench) playCard(ctx context.Context, c cell.Cell, slot int) error {
	r, err := record.ReadFile(b.Tape.Play)
	if err != nil {
		return err
	}
	keys, err := replay.ReadKeys(b.Tape.Keys)
	if err != nil {
		return err
	}
	p, err := replay.New(r, fmt.Sprintf("127.0.0.1:%d", slotPort+slot), replay.Options{
		Secrets: secrets(c), Keys: keys, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	b.closers = append(b.closers, func() error { p.Remove(); return nil })
	door, err := b.serve(replay.Door{Player: p})
	if err != nil {
		return err
	}
	b.tape = door
	b.Cards = append(b.Cards, Card{Series: c.Card.Series, Control: door})
	return p.Insert(ctx)
}

// keep writes the recording of a cell that has ended.
func (b *Bench) keep() error {
	if b.conversation == nil {
		return nil
	}
	return result.WriteFile(b.Tape.Record, b.conversation.Snapshot().Write)
}

// closeTape ends what a tape needed.
func (b *Bench) closeTape() error {
	var errs []error
	for i := len(b.closers) - 1; i >= 0; i-- {
		errs = append(errs, b.closers[i]())
	}
	b.closers = nil
	return errors.Join(errs...)
}
