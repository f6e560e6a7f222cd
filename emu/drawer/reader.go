package drawer

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/vpcd"
)

// reader is one slot of a virtual reader. It is moved by one goroutine at a
// time; the others look.
type reader struct {
	number  int
	address string
	log     *slog.Logger
	onPlug  func()
	settle  time.Duration

	reached atomic.Bool // pcscd has the card
	plugged atomic.Pointer[plugged]
	emptied atomic.Pointer[time.Time] // when the last card went out; nil before
}

// plugged is a card being in, until done is closed.
type plugged struct {
	stop context.CancelFunc
	done chan struct{}
}

// plug puts a card in, once the reader has been empty for long enough. It waits
// until pcscd has looked, so that who comes next finds the card, but not for long: where there is no pcscd the card keeps trying,
// and the log says so.
// It fails with emu.ErrReader when the reader is gone for good.
func (r *reader) plug(c *emu.Card) error {
	r.unplug() // whatever a fault took out may still be on its way
	if out := r.emptied.Load(); out != nil {
		time.Sleep(r.settle - time.Since(*out))
	}
	c.Insert()
	if !c.Present() {
		return emu.ErrReader
	}
	ctx, stop := context.WithCancel(context.Background())
	p := &plugged{stop, make(chan struct{})}
	r.plugged.Store(p)
	seen := make(chan struct{})
	late := time.AfterFunc(3*r.settle, func() {
		r.log.Warn("the virtual reader does not answer yet, still trying: is pcscd running, with vsmartcard's driver, and no other card in this slot?", "address", r.address)
	})
	client := &vpcd.Client{
		Address: r.address, Card: alone{c}, Log: r.log,
		OnPlug: func() {
			r.reached.Store(true)
			if r.onPlug != nil {
				r.onPlug()
			}
		},
		OnAsk:  sync.OnceFunc(func() { late.Stop(); close(seen) }),
		OnDrop: func() { r.reached.Store(false) },
	}
	go func() {
		defer close(p.done)
		defer late.Stop()
		if err := client.Run(ctx); err != nil {
			r.log.Info("out of the reader", "reader", r.number, "reason", err)
		}
		now := time.Now()
		r.emptied.Store(&now)
	}()
	select {
	case <-seen:
	case <-p.done:
	case <-time.After(r.settle):
	}
	return nil
}

// alone is a card in a virtual reader, whose service knows of no other
// program's reset: the command is run on the card that was reset.
type alone struct{ *emu.Card }

// Transmit runs a command.
func (a alone) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	response, err := a.Card.Transmit(ctx, command)
	if errors.Is(err, emu.ErrReset) {
		return a.Card.Transmit(ctx, command)
	}
	return response, err
}

// running reports whether a card holds the slot. It ends by itself when a fault
// takes the card out.
func (r *reader) running() bool {
	p := r.plugged.Load()
	if p == nil {
		return false
	}
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// unplug takes the card out and returns when the reader has been told.
func (r *reader) unplug() {
	if p := r.plugged.Swap(nil); p != nil {
		p.stop()
		<-p.done
	}
}
