// Package service is the smartcard service between an agent and its readers, as
// it is at people's desks: it stops and comes back, it is slow, other programs
// are at the card too. Beside it are ways an agent could go wrong about that. A
// real agent with such a fault does not exist here, so the fault stands between
// agent and service and makes a right agent look like a wrong one. It proves that
// the checks can fail.
package service

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/readertest"
)

// Service is a reader.System with habits. The zero value has none and no
// readers. What it does on request lasts until Calm.
type Service struct {
	// Shelf is the readers.
	Shelf  readertest.Shelf
	mu     sync.Mutex
	asked  int
	epoch  int // how often it was stopped
	down   bool
	turned chan struct{} // closed and replaced when it stops or starts
	slow   time.Duration
	held   bool
	resets int // by another program, before the next transactions
	unplug func(command []byte) bool
	keys   [][]byte // what the person types on the reader, nil without a keypad
}

// Calm ends every habit and starts the service.
func (s *Service) Calm() {
	s.Start()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow, s.held, s.resets, s.unplug, s.keys = 0, false, 0, nil, nil
}

// Stop ends the service: every connection is dead for ever.
func (s *Service) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = true
	s.epoch++
	s.turn()
}

// Start brings it back.
func (s *Service) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = false
	s.turn()
}

func (s *Service) turn() {
	if s.turned != nil {
		close(s.turned)
	}
	s.turned = make(chan struct{})
}

// Slow makes every answer about readers take so long, as over a network.
func (s *Service) Slow(by time.Duration) { s.set(func() { s.slow = by }) }

// Hold lets another program have every card for itself, or let go of them.
func (s *Service) Hold(held bool) { s.set(func() { s.held = held }) }

// Resets lets another program reset the card before each of the next n
// transactions.
func (s *Service) Resets(n int) { s.set(func() { s.resets = n }) }

// UnplugAt unplugs the reader at the first command that when says yes to, before
// the card has it.
func (s *Service) UnplugAt(when func(command []byte) bool) { s.set(func() { s.unplug = when }) }

// Keypad gives the reader keys, and the person's answers on them in turn. Two
// bytes are the reader's own status word.
func (s *Service) Keypad(typed ...[]byte) { s.set(func() { s.keys = typed }) }

func (s *Service) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// Questions is how often readers were asked about since the last call.
func (s *Service) Questions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.asked
	s.asked = 0
	return n
}

// Epoch is how often the service was stopped.
func (s *Service) Epoch() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.epoch
}

// question is one call about readers.
func (s *Service) question(ctx context.Context) error {
	s.mu.Lock()
	s.asked++
	slow, down := s.slow, s.down
	s.mu.Unlock()
	if down {
		return reader.ErrNoService
	}
	return sleep(ctx, slow)
}

// Readers is reader.System's.
func (s *Service) Readers(ctx context.Context) ([]reader.State, error) {
	if err := s.question(ctx); err != nil {
		return nil, err
	}
	return s.Shelf.Readers(ctx)
}

// Wait is reader.System's. All readers go with the service.
func (s *Service) Wait(ctx context.Context, known []reader.State) ([]reader.State, error) {
	for {
		err := s.question(ctx)
		s.mu.Lock()
		s.turned = orNew(s.turned)
		turned, down := s.turned, s.down
		s.mu.Unlock()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if (err != nil || down) && len(known) > 0 {
			return []reader.State{}, nil
		}
		now, err := s.wait(ctx, known, turned, down)
		if err == nil || ctx.Err() != nil {
			return now, err
		}
	}
}

func orNew(c chan struct{}) chan struct{} {
	if c == nil {
		return make(chan struct{})
	}
	return c
}

// wait ends without an answer when the service stops or starts.
func (s *Service) wait(ctx context.Context, known []reader.State, turned <-chan struct{}, down bool) ([]reader.State, error) {
	if down {
		select {
		case <-turned:
		case <-ctx.Done():
		}
		return nil, reader.ErrNoService
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-turned:
			cancel()
		case <-ctx.Done():
		}
	}()
	return s.Shelf.Wait(ctx, known)
}

// Connect is reader.System's.
func (s *Service) Connect(ctx context.Context, name string) (reader.Card, error) {
	if err := s.question(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	held, epoch := s.held, s.epoch
	s.mu.Unlock()
	if held {
		return nil, fmt.Errorf("%w exclusively", reader.ErrBusy)
	}
	c, err := s.Shelf.Connect(ctx, name)
	if err != nil {
		return nil, err
	}
	return &connection{Card: c, service: s, epoch: epoch, name: name}, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
