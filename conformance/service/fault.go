package service

import (
	"context"
	"fmt"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Fault is one way an agent could go wrong about the service.
type Fault struct {
	ID, Title, Why string
	// Applet is the only application whose cards show it; empty is all.
	Applet string
	// Between is what stands in the agent's way to the service.
	Between func(*Service) reader.System
}

// All is every fault there is.
func All() []Fault {
	return []Fault{
		contextDead,
		unplugFinal,
		nameKept,
		heldFinal,
		muteKept,
		resetFatal,
		selectCached,
		verifyTwice,
		firstOfTwo,
		impatient,
		statusSpins,
		extended,
		protocolLie,
		keypadWrongSW,
	}
}

// Find is the fault with this ID, and whether there is one.
func Find(id string) (Fault, bool) {
	all := All()
	i := slices.IndexFunc(all, func(f Fault) bool { return f.ID == id })
	if i < 0 {
		return Fault{}, false
	}
	return all[i], true
}

// For is the agent's way to the service: straight, or through one fault.
func For(s *Service, ids []string) (reader.System, error) {
	switch len(ids) {
	case 0:
		return s, nil
	case 1:
		if f, ok := Find(ids[0]); ok {
			return f.Between(s), nil
		}
	}
	return nil, fmt.Errorf("no single fault of the service: %q", ids)
}

// layer stands between and passes everything on but what is set.
type layer struct {
	reader.System
	ask     func(ctx context.Context, next func() ([]reader.State, error)) ([]reader.State, error) // for Readers and Wait
	connect func(ctx context.Context, name string) (reader.Card, error)
}

// Readers is reader.System's.
func (l layer) Readers(ctx context.Context) ([]reader.State, error) {
	next := func() ([]reader.State, error) { return l.System.Readers(ctx) }
	if l.ask == nil {
		return next()
	}
	return l.ask(ctx, next)
}

// Wait is reader.System's.
func (l layer) Wait(ctx context.Context, known []reader.State) ([]reader.State, error) {
	next := func() ([]reader.State, error) { return l.System.Wait(ctx, known) }
	if l.ask == nil {
		return next()
	}
	return l.ask(ctx, next)
}

// Connect is reader.System's.
func (l layer) Connect(ctx context.Context, name string) (reader.Card, error) {
	if l.connect == nil {
		return l.System.Connect(ctx, name)
	}
	return l.connect(ctx, name)
}

// handle is a connection that passes everything on but what is sent.
type handle struct {
	reader.Card
	send func(ctx context.Context, command []byte, next func([]byte) ([]byte, error)) ([]byte, error)
}

// Transmit is reader.Card's.
func (h handle) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	return h.send(ctx, command, func(c []byte) ([]byte, error) { return h.Card.Transmit(ctx, c) })
}

// sending is a layer whose connections send in this way.
func sending(s *Service, send func(ctx context.Context, command []byte, next func([]byte) ([]byte, error)) ([]byte, error)) reader.System {
	return layer{System: s, connect: func(ctx context.Context, name string) (reader.Card, error) {
		c, err := s.Connect(ctx, name)
		if err != nil {
			return nil, err
		}
		return handle{c, send}, nil
	}}
}
