package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/attempt"
	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/host"
	"github.com/smartcard-connect/smartcard-connect/hil/health"
	"github.com/smartcard-connect/smartcard-connect/hil/interlock"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/hil/station"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// around is how long an attempt may take beside the conformance process's checks.
const around = 2 * time.Minute

// plastic runs a cell in a real reader. The daemon that started us holds the lease
// and moves the devices.
func (c cellRunCommand) plastic(w world, r rig.Rig, work farm.Work, job farmJob, one cell.Cell) (farm.Outcome, error) {
	if job.Fault != "" {
		return farm.Outcome{}, fmt.Errorf("fault %s: nothing can be switched on in a card of plastic", job.Fault)
	}
	run, err := c.runner(w, work, job)
	if err != nil {
		return farm.Outcome{}, err
	}
	run.Plastic = true
	at, err := stationOf(w, r, work, &one)
	if err != nil {
		return farm.Outcome{}, err
	}
	at.Run = func(ctx context.Context, name string) result.Cell {
		named := one
		named.Reader.Name = name
		return run.Run(ctx, []cell.Cell{named})[0]
	}
	a := attempt.Attempt{Place: at, Serial: rig.Serial(at.Card.Serial), Devices: work.Devices, Deadline: job.Deadline + around, Now: w.now}
	if one.Harms() {
		if a.Permit, err = c.permit(w, r, work, one); err != nil {
			return farm.Outcome{}, err
		}
	}
	report := a.Run(w.ctx)
	o := farm.Outcome{Verdict: report.Verdict, Reason: report.Reason}
	if report.Cell.ID != "" && len(report.Result) > 0 {
		if o, err = outcome(report.Cell); err != nil {
			return o, err
		}
	}
	if o.Unfit, err = c.unfit(w, work, at, report); err != nil { // says nothing about the cell
		_, _ = fmt.Fprintln(w.stderr, "hil: the book of this host's readers:", err)
	}
	return o, nil
}

// stationOf finds the reader and the card of the attempt in the bench file: those
// that are leased, which another place than the planned one may have.
func stationOf(w world, r rig.Rig, work farm.Work, one *cell.Cell) (*station.Station, error) {
	at := &station.Station{Rig: r, System: w.cards, Ask: func(ctx context.Context, q host.Request) (string, error) {
		return host.Ask(ctx, w.variable(host.EnvActuator), w.variable(host.EnvSecret), q)
	}}
	m := moves{name: work.Host}
	m.bench.Rig = r
	for _, d := range work.Devices {
		switch d.Kind {
		case farm.Reader:
			reader, err := m.reader(d)
			if err != nil {
				return nil, err
			}
			at.Device, at.Reader = d, reader
		case farm.Power:
			at.Port = d
		case farm.Card:
			card, ok := r.CardBySerial(d.ID)
			if !ok {
				card, ok = r.Card(d.ID)
			}
			if !ok {
				return nil, fmt.Errorf("%w: the bench file of host %s has no card %s", farm.ErrUnknown, work.Host, d.ID)
			}
			card.Protocol = one.Card.Protocol
			at.Card = card
		}
	}
	if at.Device.Kind == "" || at.Card.ID == "" {
		return nil, fmt.Errorf("%w: the attempt has not both a reader and a card", farm.ErrUnknown)
	}
	one.Reader, one.Card = at.Reader, at.Card
	return at, nil
}

// permit is the interlock's leave for a cell that spends tries or writes.
func (c cellRunCommand) permit(w world, r rig.Rig, work farm.Work, one cell.Cell) (func(string) (func(string) error, error), error) {
	dir, err := stateDir(w, c.State)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	guard := interlock.Interlock{Rig: r, Ledger: interlock.File(filepath.Join(dir, ledgerFile)), Now: w.now}
	return func(serial string) (func(string) error, error) {
		if one.Spends == (rig.Budget{}) {
			return nil, fmt.Errorf("%w: the cell claims test-card, and its row in the bench file does not say what that costs, such as spends: {tries: 30, writes: 60}", interlock.ErrRefused)
		}
		p, err := guard.Allow(serial, one.Spends, fmt.Sprintf("cell %s of run %s, attempt %d", one.ID(), work.Run, work.Attempt))
		return p.Done, err
	}, nil
}

// ward is package health's view of one attempt: what it finds unfit it collects, for
// the daemon to put into quarantine once the outcome is committed.
type ward struct {
	farm.Leases
	unfit []farm.Unfit
}

// Set is farm.Leases.
func (u *ward) Set(_ context.Context, d farm.Device, s farm.State, reason string) (farm.Token, error) {
	if s == farm.Quarantined {
		u.unfit = append(u.unfit, farm.Unfit{Device: d, Reason: reason})
	}
	return farm.Token{}, nil
}

// unfit keeps the attempt in the host's book, and has its reader looked at and
// repaired where that is due, with the card at hand.
func (c cellRunCommand) unfit(w world, work farm.Work, at *station.Station, report attempt.Report) ([]farm.Unfit, error) {
	u := &ward{}
	if report.Unfit != "" {
		for _, d := range work.Devices {
			if d.Kind == farm.Card {
				u.unfit = append(u.unfit, farm.Unfit{Device: d, Reason: report.Unfit})
			}
		}
	}
	look := health.Ward{
		Book: health.Shared(filepath.Join(c.Out, "health.jsonl")), Leases: u,
		Check: func(ctx context.Context, _ farm.Device) error {
			return attempt.Golden(at, rig.Serial(at.Card.Serial))(ctx)
		},
		Hands: func(farm.Device) health.Hands { return at.Hands() },
	}
	found, err := look.After(w.ctx, health.Entry{
		Time: w.now(), Run: work.Run, Cell: work.Cell, Attempt: work.Attempt, Host: work.Host,
		Reader: at.Device.ID, Card: at.Card.ID, Verdict: report.Verdict, Reason: report.Reason,
	})
	if found != nil {
		_, _ = fmt.Fprintf(w.stderr, "reader %s was looked at: good %v, repaired by %q, tried %q: %s\n", at.Reader.ID, found.Good, found.By, found.Tried, found.Reason)
	}
	return u.unfit, err
}
