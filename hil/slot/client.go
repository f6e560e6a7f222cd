package slot

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Card answers what a slot says. Its methods are called by one goroutine.
type Card interface {
	// ATR is the answer to reset; a card without one is mute.
	ATR() []byte
	// Transmit answers a command. An error takes the card out.
	Transmit(command []byte) ([]byte, error)
	// Power says that the power came or went.
	Power(on bool)
	// Reset restarts it warm.
	Reset() error
}

// mute is longer than an answer to reset may be (ISO/IEC 7816-3 §8.2.1): the
// driver then sees a card that it cannot power.
var mute [40]byte

// Plug keeps a Card in a slot while it is wanted there. The fields are set
// before the first call; its methods are safe for concurrent use.
type Plug struct {
	Address string
	Card    Card

	mu   sync.Mutex
	stop context.CancelFunc
	gone chan struct{}
}

// In puts the card in and returns when the slot has it. A slot that goes away,
// such as with a pcscd that is started again, gets the card again when it is
// back. In does nothing where the card is in.
func (p *Plug) In(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.inside() {
		return nil
	}
	conn, err := Dial(ctx, p.Address)
	if err != nil {
		return err
	}
	stay, stop := context.WithCancel(context.WithoutCancel(ctx))
	p.stop, p.gone = stop, make(chan struct{})
	go p.stay(stay, conn, p.gone)
	return nil
}

// Out takes it out.
func (p *Plug) Out() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop == nil {
		return
	}
	p.stop()
	<-p.gone
	p.stop = nil
}

// Inside says whether the card is in.
func (p *Plug) Inside() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.inside()
}

func (p *Plug) inside() bool {
	if p.stop == nil {
		return false
	}
	select {
	case <-p.gone:
		return false
	default:
		return true
	}
}

// errTaken is a card that took itself out.
var errTaken = errors.New("the card is out")

// stay answers until it is stopped or the card takes itself out.
func (p *Plug) stay(ctx context.Context, conn net.Conn, gone chan struct{}) {
	defer close(gone)
	for {
		err := p.serve(ctx, conn)
		if ctx.Err() != nil || errors.Is(err, errTaken) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(again):
		}
		if conn, err = Dial(ctx, p.Address); err != nil {
			return
		}
	}
}

func (p *Plug) serve(ctx context.Context, conn net.Conn) error {
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	for {
		message, err := Read(conn)
		if err != nil {
			return err
		}
		answer, err := p.answer(message)
		clear(message) // it may have held a passcode
		if err != nil {
			return fmt.Errorf("%w: %w", errTaken, err)
		}
		if answer == nil {
			continue
		}
		if err := Write(conn, answer); err != nil {
			return err
		}
	}
}

// answer is what goes back; nil is nothing.
func (p *Plug) answer(message []byte) ([]byte, error) {
	if len(message) > 1 {
		return p.Card.Transmit(message)
	}
	switch message[0] {
	case PowerOff, PowerOn:
		p.Card.Power(message[0] == PowerOn)
		return nil, nil
	case Reset:
		return nil, p.Card.Reset()
	case GetATR:
		if atr := p.Card.ATR(); len(atr) > 0 {
			return atr, nil
		}
		return mute[:], nil
	}
	return nil, fmt.Errorf("%w: control %02X", ErrMessage, message[0])
}
