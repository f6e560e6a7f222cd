package insertion

import (
	"context"
	"errors"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

const (
	// knock is how often a service that is away, or a card that is held, is
	// tried again.
	knock = 500 * time.Millisecond
	// busyTime is how long another program may hold the card before the person
	// is told.
	busyTime = 2 * time.Second
)

// unshown is an error before which the card was shown no passcode.
type unshown struct{ error }

func (e unshown) Unwrap() error { return e.error }

// recoverable is a reader or a service that went, or a card that another program
// holds, with no passcode shown yet: it costs nothing to begin again, and all is
// read anew.
func recoverable(err error) bool {
	lost := errors.Is(err, reader.ErrNoReader) || errors.Is(err, reader.ErrNoService) || errors.Is(err, reader.ErrBusy)
	return lost && errors.As(err, new(unshown))
}

// recovering does once, and does it again after what it can recover from. held
// waits for a card that another program holds. Where there is no end in sight
// once's own deadline ends it.
func (d *Desk) recovering(ctx context.Context, once func() error, held func(reason error) error) error {
	for {
		err := once()
		if !recoverable(err) || ctx.Err() != nil {
			return err
		}
		wait := pause
		if errors.Is(err, reader.ErrBusy) {
			wait = func(context.Context, time.Duration) error { return held(err) }
		}
		if failed := wait(ctx, knock); failed != nil {
			return errors.Join(err, failed)
		}
	}
}

// change waits until there is something new to see after reason.
func (d *Desk) change(ctx context.Context, reason error, known []reader.State) error {
	if !errors.Is(reason, reader.ErrNoService) {
		_, err := d.Readers.Wait(ctx, known)
		return err
	}
	for {
		if err := pause(ctx, knock); err != nil {
			return err
		}
		if _, err := d.Readers.Readers(ctx); !errors.Is(err, reader.ErrNoService) {
			return err
		}
	}
}

// connect waits for a moment where another program holds the card. A reader
// that has its card and will not connect to it says why in the error.
func (d *Desk) connect(ctx context.Context, name string, patience time.Duration) (reader.Card, error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		c, err := d.Readers.Connect(ctx, name)
		if !errors.Is(err, reader.ErrBusy) || pause(limited, knock) != nil {
			return c, err
		}
	}
}

// free waits until no program holds the card.
func (d *Desk) free(ctx context.Context, name string) error {
	for {
		c, err := d.connect(ctx, name, busyTime)
		if err == nil {
			return c.Close()
		}
		if !errors.Is(err, reader.ErrBusy) {
			return nil // whoever begins again sees it
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// vanished adds to the loss of a card that it was the reader that went, or the
// service.
func (d *Desk) vanished(ctx context.Context, in Insertion, err error) error {
	if !errors.Is(err, reader.ErrRemoved) {
		return err
	}
	states, failed := d.Readers.Readers(ctx)
	if failed != nil {
		return errors.Join(err, failed)
	}
	if !there(states, in.State.Name) {
		return errors.Join(err, reader.ErrNoReader)
	}
	return err
}

// there says whether the reader is still one of the machine's.
func there(states []reader.State, name string) bool {
	for _, s := range states {
		if s.Name == name {
			return true
		}
	}
	return false
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
