// Package floor shows a bench file on the page of a farm: its readers, its stock
// of cards with what the ledger says they have lost, and what its gadgets ask of
// people.
package floor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
	"github.com/smartcard-connect/smartcard-connect/hil/device/manual"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/interlock"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/hil/wall"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/watch"
)

// Floor is a bench. Rig, Host and Queue are needed.
type Floor struct {
	Rig    rig.Rig
	Host   string           // of readers for which the file names none
	Ledger interlock.Ledger // what cards have lost; nil is unknown
	Queue  *manual.Queue    // what people are asked
	// Move is the device for one card and one reader, by their IDs in the bench
	// file: that of gadget.Bench, with the host's lease. Nil asks a person.
	Move func(card, reader string) (device.Device, error)
	// Silent says whether a host has not been heard of; nil is not known.
	Silent func(host string) bool
	Wait   time.Duration // how long a card may take to be brought; zero is 15 minutes
	Log    *slog.Logger
}

var (
	_ watch.Inventory = (*Floor)(nil)
	_ wall.Gadgets    = (*Floor)(nil)
)

// device is the lease's name for a reader.
func (f *Floor) device(r rig.Reader) farm.Device {
	d := farm.Device{Host: r.Host, Kind: farm.Reader, ID: r.Identity()}
	if d.Host == "" {
		d.Host = f.Host
	}
	return d
}

// Readers is watch.Inventory.
func (f *Floor) Readers(context.Context) ([]watch.Place, error) {
	var all []watch.Place
	for _, r := range f.Rig.Readers {
		d := f.device(r)
		p := watch.Place{Host: d.Host, ID: d.ID, Name: r.Name}
		if f.Silent != nil {
			p.Silent = f.Silent(d.Host)
		}
		all = append(all, p)
	}
	return all, nil
}

// Cards is watch.Inventory. A card without a serial goes by its name in the file.
func (f *Floor) Cards(context.Context) ([]watch.Stock, error) {
	var all []watch.Stock
	for _, c := range f.Rig.Cards {
		s := watch.Stock{Serial: serial(c), Title: c.ID, Series: c.Series, Home: f.Rig.HomeOf(c), Test: c.Test, Expires: c.Expires, Budget: loss(c.Budget)}
		if f.Ledger != nil && c.Serial != "" {
			a, err := f.Ledger.Account(c.Serial)
			if err != nil {
				return nil, fmt.Errorf("card %s: %w", c.ID, err)
			}
			s.Spent = loss(a.Spent)
		}
		all = append(all, s)
	}
	return all, nil
}

func serial(c rig.Card) string {
	if c.Serial == "" {
		return c.ID
	}
	return c.Serial
}

func loss(b rig.Budget) watch.Loss {
	return watch.Loss{Writes: b.Writes, Tries: b.Tries, Locks: b.Locks}
}

// Requests are what people are asked now, with readers and cards as the page
// names them.
func (f *Floor) Requests() []watch.Request {
	all := []watch.Request{}
	for _, q := range f.Queue.Pending() {
		r := watch.Request{ID: q.ID, Text: q.Text, Since: q.Since, Reader: q.Reader, Card: q.Card}
		if d, ok := f.Rig.Reader(q.Reader); ok {
			at := f.device(d)
			r.Reader = at.Host + "/" + at.ID
		}
		if c, ok := f.Rig.Card(q.Card); ok {
			r.Card = serial(c)
		}
		all = append(all, r)
	}
	return all
}

// Answer is wall.Gadgets.
func (f *Floor) Answer(_ context.Context, id, who string, done bool, reason string) error {
	var err error
	if done {
		err = f.Queue.Done(id, who)
	} else {
		err = f.Queue.Refuse(id, who, reason)
	}
	if errors.Is(err, manual.ErrNotPending) {
		return fmt.Errorf("%w: %w", farm.ErrUnknown, err)
	}
	return err
}

// Insert is wall.Gadgets: it begins, and goes on after ctx.
func (f *Floor) Insert(ctx context.Context, reader farm.Device, card string) error {
	i := slices.IndexFunc(f.Rig.Readers, func(r rig.Reader) bool { return f.device(r) == reader })
	j := slices.IndexFunc(f.Rig.Cards, func(c rig.Card) bool { return serial(c) == card })
	if i < 0 || j < 0 {
		return fmt.Errorf("%w: the bench file has not both card %s and reader %s", farm.ErrUnknown, card, reader.ID)
	}
	r, c := f.Rig.Readers[i].ID, f.Rig.Cards[j].ID
	var d device.Device = &manual.Device{Card: c, Reader: r, Asker: f.Queue}
	if f.Move != nil {
		var err error
		if d, err = f.Move(c, r); err != nil {
			return err
		}
	}
	wait := f.Wait
	if wait == 0 {
		wait = 15 * time.Minute
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), wait)
	go func() {
		defer cancel()
		if err := d.Insert(ctx); err != nil && f.Log != nil {
			f.Log.Warn("a card was not brought", "card", c, "reader", r, "error", err)
		}
	}()
	return nil
}
