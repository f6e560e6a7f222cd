package reader

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/pcsc"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// answerTime is how long a call may take that should come back; moment is how
// long one is watched that should not.
const (
	answerTime = 6 * time.Second
	moment     = 200 * time.Millisecond
)

// program is one user of the service, with a context of its own.
type program struct {
	pcsc.Context
	t       *target.Target
	release []func() error
}

// start is one more program.
func start(t *target.Target) (*program, error) {
	c, err := t.PCSC.Establish()
	if err != nil {
		return nil, err
	}
	return &program{Context: c, t: t}, nil
}

// connect powers the card.
func (p *program) connect(share uint32) (pcsc.Handle, error) {
	h, err := p.Connect(p.t.Reader, share, pcsc.Both)
	if err == nil {
		p.release = append(p.release, func() error { return h.Disconnect(pcsc.Reset) })
	}
	return h, err
}

// end lets go of everything, last first. What is gone already is gone.
func (p *program) end() {
	for i := len(p.release) - 1; i >= 0; i-- {
		_ = p.release[i]()
	}
	_ = p.Release()
}

// within runs a check with two programs. Those that it leaves waiting end with
// it: their calls fail when the context is released.
func within(check func(ctx context.Context, a, b *program) error) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		a, err := start(t)
		if err != nil {
			return err
		}
		defer a.end()
		b, err := start(t)
		if err != nil {
			return err
		}
		defer b.end()
		return check(ctx, a, b)
	}
}

// two connects both programs, sharing.
func two(check func(ctx context.Context, a, b pcsc.Handle) error) func(context.Context, *program, *program) error {
	return func(ctx context.Context, a, b *program) error {
		first, err := a.connect(pcsc.Shared)
		if err != nil {
			return fmt.Errorf("the first program does not connect: %w", err)
		}
		second, err := b.connect(pcsc.Shared)
		if err != nil {
			return fmt.Errorf("the second program does not connect: %w", err)
		}
		return check(ctx, first, second)
	}
}

// harmless is a command that changes nothing on any card: GET CHALLENGE (ISO/IEC
// 7816-4 §11.5.3). Any answer will do.
func harmless(h pcsc.Handle) error {
	answer, err := h.Transmit([]byte{0x00, 0x84, 0x00, 0x00, 0x08})
	if err == nil && len(answer) < 2 {
		err = fmt.Errorf("the answer has %d bytes", len(answer))
	}
	return err
}

// later runs a call that may block.
func later(call func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- call() }()
	return done
}

// soon waits for such a call, not for ever.
func soon(ctx context.Context, done <-chan error) (err error, came bool) {
	select {
	case err := <-done:
		return err, true
	case <-ctx.Done():
	case <-time.After(answerTime):
	}
	return nil, false
}

// wants wants a call to fail with one of the codes.
func wants(err error, what string, codes ...pcsc.Code) error {
	for _, c := range codes {
		if errors.Is(err, c) {
			return nil
		}
	}
	if err == nil {
		return fmt.Errorf("%s succeeds, wanted is %08X", what, uint32(codes[0]))
	}
	return fmt.Errorf("%s ends with %w, wanted is %08X", what, err, uint32(codes[0]))
}

// rigged marks an error of the rig.
func rigged(err error) error {
	if err == nil {
		return nil
	}
	return suite.Broken{Err: err, Bench: true}
}
