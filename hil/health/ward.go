package health

import (
	"context"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Keeper keeps what happened at readers: a Book, or a Shared one.
type Keeper interface {
	Add(e Entry) error
	Due(host, reader string) bool
	Cleared(host, reader string, now time.Time) error
}

// Ward looks after readers: after each attempt it keeps what happened, and when a
// reader is due it is looked at and, if nothing helps, quarantined.
type Ward struct {
	Book   Keeper
	Leases farm.Leases
	// Check is the golden card's word on a reader.
	Check func(ctx context.Context, d farm.Device) error
	// Hands for a reader.
	Hands func(d farm.Device) Hands
}

// After keeps an attempt and looks at its reader if that is due. The finding is
// nil where it is not. The reader must be nobody's meanwhile: the caller holds it,
// or it is free.
func (w Ward) After(ctx context.Context, e Entry) (*Finding, error) {
	if err := w.Book.Add(e); err != nil {
		return nil, err
	}
	if !w.Book.Due(e.Host, e.Reader) {
		return nil, nil
	}
	d := farm.Device{Host: e.Host, Kind: farm.Reader, ID: e.Reader}
	f, err := Look(ctx, func(ctx context.Context) error { return w.Check(ctx, d) }, w.Hands(d))
	if err != nil {
		return nil, err
	}
	if f.Good {
		return &f, w.Book.Cleared(e.Host, e.Reader, e.Time)
	}
	_, err = w.Leases.Set(ctx, d, farm.Quarantined, f.Reason)
	return &f, err
}

// Back takes a reader out of quarantine, if it is now seen good twice.
func (w Ward) Back(ctx context.Context, d farm.Device, now time.Time) error {
	err := verify(ctx, func(ctx context.Context) error { return w.Check(ctx, d) })
	if err != nil {
		return err
	}
	if err := w.Book.Cleared(d.Host, d.ID, now); err != nil {
		return err
	}
	_, err = w.Leases.Set(ctx, d, farm.Free, "")
	return err
}
