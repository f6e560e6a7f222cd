// Package local judges a card in a reader that this machine has: through pcscd
// or Windows' own smartcard service, with nothing around it but the gadgets that
// bring the card. Package virtual is the other way, where the bench makes the
// reader.
package local

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/hil/attempt"
	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/contact"
	"github.com/smartcard-connect/smartcard-connect/hil/device/vpcd"
	"github.com/smartcard-connect/smartcard-connect/hil/inventory"
	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

var _ attempt.Place = (*Reader)(nil)

const (
	look     = 200 * time.Millisecond // between two looks into the reader
	patience = 30 * time.Second       // for a card that was brought to be seen
	ending   = 10 * time.Second       // for a judge to end at its deadline
)

// Reader is one reader of this machine, and the job for it. It is for one
// goroutine and one attempt.
type Reader struct {
	Job    bench.Job
	Env    []string                        // of the conformance program
	System reader.System                   // this machine's readers
	OS     string                          // of this machine, for the result: "windows/amd64"
	Insert func(ctx context.Context) error // brings the card; nil: it is there, or a person saw to it
	Side   string                          // URL of a software card's side door; empty: it is a real one
	Now    func() time.Time

	name  string // as PC/SC has it today
	found result.Cell
}

// Run makes one attempt at the job. It always has an answer.
func (r *Reader) Run(ctx context.Context) result.Cell {
	c := r.Job.Cell
	report := attempt.Attempt{Place: r, Serial: c.Card.Serial, Deadline: r.Job.Deadline + ending, Now: r.Now}.Run(ctx)
	why := errors.New(report.Reason)
	found := report.Cell
	switch {
	case report.Verdict == string(result.Miss) && found.Verdict != result.Miss:
		found = c.Missed(why)
	case found.ID == "":
		found = c.Broke(why)
	default:
		found = c.Settle(found, nil)
	}
	if found.Identity != nil {
		found.Identity.OS, found.Identity.Reader = r.OS, r.name
	}
	return found
}

// Route has the card brought.
func (r *Reader) Route(ctx context.Context) error {
	if r.Insert == nil {
		return nil
	}
	return r.Insert(ctx)
}

// Detect finds the reader of the bench file and waits for a card in it.
func (r *Reader) Detect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := r.look(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(look):
		}
	}
}

func (r *Reader) look(ctx context.Context) error {
	list, err := inventory.Look{System: r.System, NoCards: true}.Readers(ctx)
	if err != nil {
		return err
	}
	seen, err := inventory.Find(list, r.Job.Cell.Reader)
	if err != nil {
		return err
	}
	if seen.Card == nil {
		return fmt.Errorf("%w: reader %s is empty", contact.ErrNoCard, r.Job.Cell.Reader.ID)
	}
	r.name = seen.Name
	return nil
}

// Identify asks the card for its serial number.
func (r *Reader) Identify(ctx context.Context) (serial string, err error) {
	err = contact.With(ctx, r.name, 0, func(c *contact.Card) (err error) {
		serial, err = record.Serial(ctx, c, c.Protocol())
		return err
	})
	return serial, err
}

// Power gives the card power afresh with the cell's protocol, held by nobody else
// meanwhile.
func (r *Reader) Power(ctx context.Context) error {
	return contact.With(ctx, r.name, r.Job.Cell.Card.Protocol, nil)
}

// Tries asks a software card's side door. What a real card says without being
// asked for its passcode is for its checks to find out: some count the question.
func (r *Reader) Tries(ctx context.Context) (left int, known bool, err error) {
	if r.Side == "" {
		return 0, false, nil
	}
	s, err := vpcd.Device{Control: r.Side}.State(ctx)
	return s.TriesLeft, err == nil && s.TriesLeft >= 0, err
}

// Judge runs the conformance program.
func (r *Reader) Judge(ctx context.Context) error {
	t := r.Job.Cell.Target(r.Job.Seed)
	t.Reader, t.Features = r.name, slices.Clone(t.Features)
	t.Bench = r.Side
	r.found = r.Job.Judge(ctx, r.Env, t)
	return nil
}

// Collect is what it found; its logs are in the job's folder.
func (r *Reader) Collect(context.Context) (result.Cell, error) { return r.found, nil }
