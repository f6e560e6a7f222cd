package farm

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// The rules that every keeper follows. They are pure: a keeper reads a record,
// asks the rule, and writes what it says by compare-and-set.

// Verdict of a cell that no host could bring to an end.
const Miss = "MISS"

// Before says that a token is from an earlier holder than another one. Tokens of
// two incarnations have no order: neither is before the other.
func (t Token) Before(other Token) bool {
	return t.Incarnation == other.Incarnation && t.Fence < other.Fence
}

// Compare orders devices by host, kind and ID.
func (d Device) Compare(other Device) int {
	return cmp.Or(cmp.Compare(d.Host, other.Host), cmp.Compare(d.Kind, other.Kind), cmp.Compare(d.ID, other.ID))
}

// String is short and for people.
func (d Device) String() string { return d.Kind + " " + d.ID + " of " + d.Host }

// String is short and for people.
func (h Holder) String() string {
	if h.Person != "" {
		return h.Person
	}
	return fmt.Sprintf("attempt %d at %s of %s on %s", h.Attempt, h.Cell, h.Run, h.Host)
}

// Expired says that a held record's time is over. Now is by the store's clock;
// grace is how long a holder may need to let go.
func (r Record) Expired(now time.Time, grace time.Duration) bool {
	return r.State == Held && now.After(r.Granted.Add(r.TTL+grace))
}

// Available says whether a device may be acquired: nil, or ErrBusy with which
// device and who or what keeps it.
func (r Record) Available(now time.Time, grace time.Duration) error {
	switch {
	case r.State == Free, r.State == "", r.Expired(now, grace):
		return nil
	case r.State == Held && r.Holder != nil:
		return fmt.Errorf("%w: %s, by %s", ErrBusy, r.Device, r.Holder)
	default:
		return fmt.Errorf("%w: %s is %s: %s", ErrBusy, r.Device, r.State, r.Reason)
	}
}

// HeldUnder says that the record is held under this very token.
func (r Record) HeldUnder(t Token) bool { return r.State == Held && r.Token == t }

// Check refuses requests for leases that mean nothing: no device, one that is
// named twice or in part, no time to live.
func Check(ttl time.Duration, devices ...Device) error {
	if ttl <= 0 {
		return fmt.Errorf("a lease needs a time to live, not %v", ttl)
	}
	if len(devices) == 0 {
		return fmt.Errorf("a lease needs a device")
	}
	for i, d := range devices {
		if d.Host == "" || d.Kind == "" || d.ID == "" {
			return fmt.Errorf("device %d needs host, kind and ID: %+v", i, d)
		}
		if slices.Contains(devices[:i], d) {
			return fmt.Errorf("%s is asked for twice", d)
		}
	}
	return nil
}

// CheckSet refuses states that are not set but acquired.
func CheckSet(d Device, s State) error {
	if s != Free && s != Draining && s != Quarantined {
		return fmt.Errorf("%s cannot be set to %q", d, s)
	}
	return Check(1, d)
}

// Check refuses work that cannot be kept or handed out.
func (w Work) Check() error {
	if w.Run == "" || w.Cell == "" || w.Host == "" || w.Attempt < 1 {
		return fmt.Errorf("work needs a run, a cell, a host and an attempt from 1: %s/%s/%d on %q", w.Run, w.Cell, w.Attempt, w.Host)
	}
	return nil
}

// Offer is the record once work is published: a first attempt, a later one than
// the record has, or the same again while it waits. ErrTaken otherwise, and for a
// planner that another has followed, and for one that gave up an attempt which
// has ended after all.
func (p Progress) Offer(w Work) (Progress, error) {
	switch {
	case w.Planner.Before(p.Work.Planner):
		return p, fmt.Errorf("%w: the planner with fence %d has followed that with fence %d", ErrTaken, p.Work.Planner.Fence, w.Planner.Fence)
	case w.Lost && p.Phase == Done:
		return p, fmt.Errorf("%w: attempt %d at %s has ended after all", ErrTaken, p.Work.Attempt, p.Work.Cell)
	}
	same := w.Attempt == p.Work.Attempt && p.Phase == Waiting
	if p.Phase != "" && w.Attempt <= p.Work.Attempt && !same {
		return p, fmt.Errorf("%w: attempt %d at %s is %s", ErrTaken, p.Work.Attempt, p.Work.Cell, p.Phase)
	}
	return Progress{Work: w, Phase: Waiting, Token: p.Token}, nil
}

// Begin is the record once an attempt runs under a token. A newer token takes an
// attempt over: its earlier holder has lost the devices. ErrTaken when another
// attempt, a newer token or the end came first.
func (p Progress) Begin(w Work, t Token) (Progress, error) {
	if err := p.turn(w); err != nil {
		return p, err
	}
	if p.Phase == Running && t.Before(p.Token) {
		return p, fmt.Errorf("%w: it runs under fence %d, not %d", ErrTaken, p.Token.Fence, t.Fence)
	}
	p.Phase, p.Token = Running, t
	return p, nil
}

// Commit is the record once an attempt has ended. The same commit again, after
// an answer was lost, changes nothing. ErrTaken for everybody else's.
func (p Progress) Commit(w Work, t Token, o Outcome) (Progress, error) {
	again := p.Phase == Done && p.Work.Attempt == w.Attempt && p.Token == t && p.Outcome.Verdict == o.Verdict && p.Outcome.Digest == o.Digest
	if again {
		return p, nil
	}
	if err := p.turn(w); err != nil {
		return p, err
	}
	if p.Phase != Running || p.Token != t {
		return p, fmt.Errorf("%w: it is %s under fence %d, not %d", ErrTaken, p.Phase, p.Token.Fence, t.Fence)
	}
	p.Phase, p.Outcome = Done, &o
	return p, nil
}

// turn refuses attempts whose turn it is not, and any after the end.
func (p Progress) turn(w Work) error {
	switch {
	case p.Phase == "":
		return fmt.Errorf("%w: cell %s of run %s", ErrUnknown, w.Cell, w.Run)
	case p.Work.Attempt != w.Attempt:
		return fmt.Errorf("%w: it is attempt %d's turn at %s, not attempt %d's", ErrTaken, p.Work.Attempt, w.Cell, w.Attempt)
	case p.Phase == Done:
		return fmt.Errorf("%w: attempt %d at %s has ended", ErrTaken, w.Attempt, w.Cell)
	}
	return nil
}
