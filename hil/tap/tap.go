// Package tap sits between a card and the virtual reader and has everything
// that is said written down by a record.Conversation: commands with their times,
// resets, power, the card going in and out, and what is asked of the bench over
// the card's side door.
//
// On one side is a slot of the virtual reader (hil/slot), and so whatever uses
// PC/SC: the conformance program, the agent, strangers' middleware. On the other
// side is an emulated card that connects to us as it would to the slot (Emulated),
// or a card in any reader of this machine (Carry).
package tap

import (
	"context"
	"net"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/hil/slot"
)

// Emulated carries an emulated card that connects to Listener.
type Emulated struct {
	Listener     net.Listener
	Slot         string // host:port
	Conversation *record.Conversation
}

// Run carries until ctx ends. A card that comes again is carried again.
func (e Emulated) Run(ctx context.Context) {
	defer context.AfterFunc(ctx, func() { _ = e.Listener.Close() })()
	for {
		card, err := e.Listener.Accept()
		if err != nil {
			return
		}
		e.carry(ctx, card)
	}
}

// carry is one insertion: the card is in the slot for as long as both sides
// stay.
func (e Emulated) carry(ctx context.Context, card net.Conn) {
	defer func() { _ = card.Close() }()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	answers := messages(ctx, stop, card)
	reader, err := slot.Dial(ctx, e.Slot)
	if err != nil {
		return
	}
	defer func() { _ = reader.Close() }()
	asked := messages(ctx, stop, reader)
	e.Conversation.Happened(record.Insert, "")
	defer e.Conversation.Happened(record.Remove, "")
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-asked:
			if !e.pass(ctx, m, card, reader, answers) {
				return
			}
		}
	}
}

// messages reads a connection until its end, which ends ctx.
func messages(ctx context.Context, stop context.CancelFunc, conn net.Conn) <-chan []byte {
	out := make(chan []byte)
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	go func() {
		defer stop()
		for {
			m, err := slot.Read(conn)
			if err != nil {
				return
			}
			select {
			case out <- m:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// pass takes one message to the card and its answer back. It is false where one
// of the two is gone.
func (e Emulated) pass(ctx context.Context, m []byte, card, reader net.Conn, answers <-chan []byte) bool {
	defer clear(m)
	e.note(m)
	start := e.Conversation.Now()
	if slot.Write(card, m) != nil {
		return false
	}
	if len(m) == 1 && m[0] != slot.GetATR {
		return true
	}
	select {
	case answer := <-answers:
		e.answered(m, answer, e.Conversation.Now().Sub(start))
		return slot.Write(reader, answer) == nil
	case <-ctx.Done():
		e.answered(m, nil, e.Conversation.Now().Sub(start))
		return false
	}
}

// note writes down what is not answered.
func (e Emulated) note(m []byte) {
	if len(m) > 1 {
		return
	}
	switch m[0] {
	case slot.PowerOff:
		e.Conversation.Happened(record.PowerOff, "")
	case slot.PowerOn:
		e.Conversation.Happened(record.PowerOn, "")
	case slot.Reset:
		e.Conversation.Restarted()
	}
}

func (e Emulated) answered(m, answer []byte, took time.Duration) {
	switch {
	case len(m) > 1:
		e.Conversation.Exchanged(m, answer, took)
	case answer != nil:
		e.Conversation.Said(answer)
	}
}
