package reader

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/pcsc"
)

func sharedStays(_ context.Context, a, b *program) error {
	if _, err := a.connect(pcsc.Shared); err != nil {
		return err
	}
	_, err := b.connect(pcsc.Exclusive)
	return wants(err, "having a shared card exclusively", pcsc.SharingViolation)
}

func exclusiveHeld(_ context.Context, a, b *program) error {
	if _, err := a.connect(pcsc.Exclusive); err != nil {
		return err
	}
	_, err := b.connect(pcsc.Shared)
	return wants(err, "connecting while another program has it exclusively", pcsc.SharingViolation)
}

func exclusiveEnds(_ context.Context, a, b *program) error {
	h, err := a.Connect(a.t.Reader, pcsc.Exclusive, pcsc.Both)
	if err != nil {
		return err
	}
	if err := h.Disconnect(pcsc.Leave); err != nil {
		return err
	}
	if _, err := b.connect(pcsc.Shared); err != nil {
		return fmt.Errorf("after exclusive use has ended the next program does not connect: %w", err)
	}
	return nil
}

var transaction = two(func(ctx context.Context, a, b pcsc.Handle) error {
	if err := a.Begin(); err != nil {
		return err
	}
	done := later(func() error { return harmless(b) })
	var early error
	select {
	case err := <-done: // it is refused
		return errors.Join(wants(err, "a command of another program within a transaction", pcsc.SharingViolation), a.End(pcsc.Leave))
	case <-ctx.Done():
		early = ctx.Err()
	case <-time.After(moment): // it waits, with pcsc-lite and Windows
	}
	if err := a.End(pcsc.Leave); err != nil || early != nil {
		return errors.Join(early, err)
	}
	err, came := soon(ctx, done)
	if err != nil || !came {
		return fmt.Errorf("a command that waited for a transaction does not come back in %s after it: %v", answerTime, err)
	}
	return nil
})

var transactionWaits = two(func(ctx context.Context, a, b pcsc.Handle) error {
	if err := a.Begin(); err != nil {
		return err
	}
	done := later(b.Begin)
	time.Sleep(moment)
	select {
	case err := <-done:
		return errors.Join(fmt.Errorf("the second transaction begins, or is refused, within the first, after less than 200 ms: %v", err), a.End(pcsc.Leave))
	default:
	}
	if err := a.End(pcsc.Leave); err != nil {
		return err
	}
	err, came := soon(ctx, done)
	if err != nil || !came {
		return fmt.Errorf("the second transaction does not begin in %s when the first ends: %v", answerTime, err)
	}
	return b.End(pcsc.Leave)
})

var transactionEnds = two(func(ctx context.Context, a, b pcsc.Handle) error {
	if err := a.Begin(); err != nil {
		return err
	}
	if err := a.Disconnect(pcsc.Leave); err != nil {
		return err
	}
	err, came := soon(ctx, later(b.Begin))
	if err != nil || !came {
		return fmt.Errorf("the transaction goes on for %s when its program has disconnected: %v", answerTime, err)
	}
	return b.End(pcsc.Leave)
})

var resetTold = two(func(_ context.Context, a, b pcsc.Handle) error {
	if err := a.Reconnect(pcsc.Shared, pcsc.Both, pcsc.Reset); err != nil {
		return err
	}
	return wants(harmless(b), "the first command after a reset by another program", pcsc.ResetCard)
})

var unpowerTold = two(func(_ context.Context, a, b pcsc.Handle) error {
	if err := a.Disconnect(pcsc.Unpower); err != nil {
		return err
	}
	return wants(harmless(b), "the first command after the card's power was taken", pcsc.ResetCard)
})

var reconnect = two(func(_ context.Context, a, b pcsc.Handle) error {
	if err := a.Reconnect(pcsc.Shared, pcsc.Both, pcsc.Reset); err != nil {
		return err
	}
	if err := b.Reconnect(pcsc.Shared, pcsc.Both, pcsc.Leave); err != nil {
		return err
	}
	if err := harmless(b); err != nil {
		return fmt.Errorf("the first command after a reconnection: %w", err)
	}
	return nil
})

func protocol(_ context.Context, a, _ *program) error {
	h, err := a.connect(pcsc.Shared)
	if err != nil {
		return err
	}
	got := h.Protocol()
	if want := uint32(a.t.Protocol); got != pcsc.T0 && got != pcsc.T1 || want != 0 && got != want {
		return fmt.Errorf("the protocol is %d; T=0 is 1 and T=1 is 2, and the cell's is %d", got, want)
	}
	return nil
}

func mismatch(_ context.Context, a, b *program) error {
	h, err := a.connect(pcsc.Shared)
	if err != nil {
		return err
	}
	_, err = b.Connect(b.t.Reader, pcsc.Shared, pcsc.Both&^h.Protocol())
	return wants(err, "asking for another protocol than the card is at", pcsc.ProtoMismatch)
}

// many is how many programs there are in all.
const many = 12

func contexts(_ context.Context, a, _ *program) error {
	for n := 3; n <= many; n++ {
		p, err := start(a.t)
		if err != nil {
			return fmt.Errorf("program number %d gets no context: %w", n, err)
		}
		defer p.end()
		h, err := p.connect(pcsc.Shared)
		if err == nil {
			err = h.Begin()
		}
		if err == nil {
			err = errors.Join(harmless(h), h.End(pcsc.Leave))
		}
		if err != nil {
			return fmt.Errorf("program number %d: %w", n, err)
		}
	}
	return nil
}
