package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/host"
	"github.com/smartcard-connect/smartcard-connect/hil/gadget"
	"github.com/smartcard-connect/smartcard-connect/hil/inventory"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// moves are a farm host's Gadgets: those of its bench file.
type moves struct {
	bench gadget.Bench
	name  string // of this host in the bench file
	look  func(context.Context) ([]inventory.Reader, error)
}

// Time that people get: for one thing to do, and for an attempt in which they have
// some.
const (
	byPerson   = 15 * time.Minute
	withPeople = 45 * time.Minute
)

// patience is how long a command, and an attempt, may take: the daemon's own times
// where no person is asked.
func (m moves) patience() (command, attempt time.Duration) {
	for _, g := range m.bench.Rig.Gadgets {
		if g.Kind == "manual" {
			return byPerson, withPeople
		}
	}
	return 0, 0
}

// Do is host.Gadgets. A reader is called by its ID in the bench file, its USB
// path or what it is leased as, a power port by its ID.
func (m moves) Do(ctx context.Context, c host.Command) (string, error) {
	reader, err := m.reader(c.Device)
	if err != nil {
		return "", err
	}
	if c.Verb == host.Identify {
		return m.identify(ctx, reader)
	}
	card := ""
	if c.Verb == host.Insert || c.Verb == host.Remove {
		card = c.Key
	}
	d, err := m.bench.Device(card, reader.ID)
	if err != nil {
		return "", err
	}
	switch c.Verb {
	case host.Insert:
		return "", d.Insert(ctx)
	case host.Remove:
		return "", d.Remove(ctx)
	case host.PowerOn:
		return "", d.PowerOn(ctx)
	case host.PowerOff:
		return "", d.PowerOff(ctx)
	case host.Press:
		return "", d.Press(ctx, c.Key)
	}
	return "", fmt.Errorf("%w: %s", device.ErrUnsupported, c.Verb)
}

// reader is the one that is meant, or the first that a power port feeds.
func (m moves) reader(d farm.Device) (rig.Reader, error) {
	at := slices.IndexFunc(m.bench.Rig.Readers, func(r rig.Reader) bool {
		if r.Host != "" && r.Host != m.name {
			return false
		}
		return d.Kind == farm.Reader && (r.ID == d.ID || r.USB != "" && r.USB == d.ID || d.ID != "" && r.Identity() == d.ID) || d.Kind == farm.Power && r.Power == d.ID && d.ID != ""
	})
	if at < 0 {
		return rig.Reader{}, fmt.Errorf("%w: the bench file of host %s has no %s %s", farm.ErrUnknown, m.name, d.Kind, d.ID)
	}
	return m.bench.Rig.Readers[at], nil
}

// identify says which card is in a reader: its serial, or empty where it tells
// none or there is none.
func (m moves) identify(ctx context.Context, reader rig.Reader) (string, error) {
	list, err := m.look(ctx)
	if err != nil {
		return "", err
	}
	seen, err := inventory.Find(list, reader)
	if err != nil || seen.Card == nil {
		return "", err
	}
	return seen.Card.Serial, nil
}
