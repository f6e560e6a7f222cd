package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/vpcd"
)

// settle is how long a card stays out when it is exchanged: pcscd looks every
// 400 ms and must see the slot empty.
const settle = 600 * time.Millisecond

// slot is the card and the virtual reader it is in, or not.
type slot struct {
	card    *emu.Card
	address string
	log     *slog.Logger
	onPlug  func()
	settle  time.Duration

	change sync.Mutex // held while the card moves
	stop   context.CancelFunc
	done   chan struct{}
}

// insert puts the card in; it stays in if it was. It fails with emu.ErrReader
// when the reader is gone for good.
func (s *slot) insert() error {
	s.change.Lock()
	defer s.change.Unlock()
	return s.plug()
}

// remove takes the card out and returns when the reader has been told.
func (s *slot) remove() {
	s.change.Lock()
	defer s.change.Unlock()
	s.unplug()
}

// exchange takes the card out, changes it and puts it back, so that pcscd sees
// another card.
func (s *slot) exchange(change func() error) error {
	s.change.Lock()
	defer s.change.Unlock()
	s.unplug()
	if err := change(); err != nil {
		return errors.Join(err, s.plug())
	}
	time.Sleep(s.settle)
	return s.plug()
}

func (s *slot) plug() error {
	if s.running() && s.card.Present() {
		return nil
	}
	if s.done != nil {
		<-s.done // a fault took the card out and its client is about to end
	}
	s.card.Insert()
	if !s.card.Present() {
		return emu.ErrReader
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	s.stop, s.done = stop, done
	client := &vpcd.Client{Address: s.address, Card: alone{s.card}, Log: s.log, OnPlug: s.onPlug}
	go func() {
		defer close(done)
		if err := client.Run(ctx); err != nil {
			s.log.Info("out of the reader", "reason", err)
		}
	}()
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

// running reports whether the client still holds the slot. It ends by itself
// when a fault takes the card out.
func (s *slot) running() bool {
	if s.done == nil {
		return false
	}
	select {
	case <-s.done:
		return false
	default:
		return true
	}
}

func (s *slot) unplug() {
	if s.stop != nil {
		s.stop()
		<-s.done
	}
	s.stop, s.done = nil, nil
	s.card.Remove()
}
