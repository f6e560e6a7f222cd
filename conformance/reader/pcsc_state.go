package reader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/pcsc"
)

func listed(_ context.Context, a, _ *program) error {
	names, err := a.Readers()
	if err == nil && !slices.Contains(names, a.t.Reader) {
		err = fmt.Errorf("%q is not listed: %q are", a.t.Reader, names)
	}
	return err
}

func unknown(_ context.Context, a, _ *program) error {
	_, err := a.Connect("A reader that nobody has 00 00", pcsc.Shared, pcsc.Both)
	return wants(err, "connecting to a reader that is not there", pcsc.UnknownReader)
}

func stateHasATR(_ context.Context, a, _ *program) error {
	h, err := a.connect(pcsc.Shared)
	if err != nil {
		return err
	}
	atr, err := h.Status()
	if err != nil {
		return err
	}
	state, said, err := a.Status(a.t.Reader, 0, answerTime)
	if err == nil && (state&pcsc.Present == 0 || !bytes.Equal(atr, said)) {
		err = fmt.Errorf("with a card in the reader state %08X and the state has the ATR %X, the connection says %X", state, said, atr)
	}
	return err
}

func attribute(_ context.Context, a, _ *program) error {
	h, err := a.connect(pcsc.Shared)
	if err != nil {
		return err
	}
	atr, err := h.Status()
	if err != nil {
		return err
	}
	said, err := h.Attribute(pcsc.AttrATR)
	if errors.Is(err, pcsc.Unsupported) || errors.Is(err, pcsc.UnsupportedOnWindows) {
		return nil // drivers need not have it: vpcd has not
	}
	if err == nil && !bytes.Equal(atr, said) {
		err = fmt.Errorf("the attribute says %X, the connection %X", said, atr)
	}
	return err
}

// now is the reader's state as it is.
func (p *program) now() (uint32, error) {
	state, _, err := p.Status(p.t.Reader, 0, answerTime)
	return state &^ pcsc.Changed, err
}

func timeout(_ context.Context, a, _ *program) error {
	state, err := a.now()
	if err != nil {
		return err
	}
	_, _, err = a.Status(a.t.Reader, state, moment)
	return wants(err, "a wait of 200 ms in which nothing happens", pcsc.Timeout)
}

func cancel(ctx context.Context, a, _ *program) error {
	state, err := a.now()
	if err != nil {
		return err
	}
	done := later(func() error { _, _, err := a.Status(a.t.Reader, state, 4*answerTime); return err })
	for range 20 { // a Cancel before the wait has begun is for nothing
		time.Sleep(moment / 4)
		if err := a.Cancel(); err != nil {
			return err
		}
		select {
		case err := <-done:
			return wants(err, "a wait that is cancelled", pcsc.Cancelled)
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
	}
	if err, came := soon(ctx, done); came {
		return wants(err, "a wait that is cancelled", pcsc.Cancelled)
	}
	return fmt.Errorf("a wait is not ended by 20 calls of SCardCancel")
}

// sees wants a wait that runs while the card is moved to end, with a state that
// has bit.
func sees(ctx context.Context, p *program, move func(context.Context) error, bit uint32, what string) error {
	state, err := p.now()
	if err != nil {
		return err
	}
	var after uint32
	done := later(func() (err error) { after, _, err = p.Status(p.t.Reader, state, answerTime); return err })
	time.Sleep(moment)
	if err := move(ctx); err != nil {
		return rigged(err)
	}
	err, came := soon(ctx, done)
	if err != nil || !came {
		return fmt.Errorf("the wait does not end when the card is %s: came back %t with %v", what, came, err)
	}
	if after&bit == 0 {
		return fmt.Errorf("when the card is %s the state is %08X", what, after)
	}
	return nil
}

func insertion(ctx context.Context, a, _ *program) error {
	if err := a.t.Rig.Remove(ctx); err != nil {
		return rigged(err)
	}
	said := sees(ctx, a, a.t.Rig.Insert, pcsc.Present, "put in")
	if err := a.t.Rig.Restore(context.WithoutCancel(ctx)); err != nil {
		return rigged(err)
	}
	return said
}

func removal(ctx context.Context, a, _ *program) error {
	said := sees(ctx, a, a.t.Rig.Remove, pcsc.Empty, "taken out")
	if err := a.t.Rig.Restore(context.WithoutCancel(ctx)); err != nil {
		return rigged(err)
	}
	return said
}

// again takes the card out and puts it in.
func again(ctx context.Context, p *program) error {
	if err := p.t.Rig.Remove(ctx); err != nil {
		return rigged(err)
	}
	return rigged(p.t.Rig.Insert(ctx))
}

func counter(ctx context.Context, a, _ *program) error {
	before, err := a.now()
	if err != nil {
		return err
	}
	if err := again(ctx, a); err != nil {
		return err
	}
	after, err := a.now()
	if err == nil && before>>16 == after>>16 {
		err = fmt.Errorf("the counter is %d before and after the card was out", after>>16)
	}
	return err
}

func removed(ctx context.Context, a, _ *program) error {
	h, err := a.connect(pcsc.Shared)
	if err != nil {
		return err
	}
	if err := harmless(h); err != nil {
		return err
	}
	if err := again(ctx, a); err != nil {
		return err
	}
	// pcsc-lite says "reset" where another card went in meanwhile.
	return wants(harmless(h), "a connection that goes on with the next card", pcsc.RemovedCard, pcsc.ResetCard, pcsc.NoSmartcard)
}
