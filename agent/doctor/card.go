package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// warnBefore is when a certificate's end is spoken of (issue: 90 days).
const warnBefore = 90 * 24 * time.Hour

// cards reads each card: nothing that asks for a passcode.
func cards(ctx context.Context, d Desk) []Line {
	states, err := d.Readers.Readers(ctx)
	if err != nil {
		return nil // service says it
	}
	var all []Line
	present := 0
	for _, s := range states {
		if s.Present {
			present++
			all = append(all, inserted(ctx, d, s)...)
		}
	}
	switch {
	case present == 0:
		return good("card", "no card is in a reader")
	case present > 1:
		all = append(all, one("card", Look, fmt.Sprintf("%d cards are in readers", present), "Leave only one card in when you sign in.")...)
	}
	return all
}

func inserted(ctx context.Context, d Desk, s reader.State) []Line {
	id := "card." + s.Name
	switch {
	case s.Mute:
		return one(id, Bad, "the card does not answer", "Take it out and put it in the other way up, chip first. If it still does not answer, try another reader, then another card.")
	case s.Exclusive:
		return one(id, Bad, "another program holds the card", "Close other smartcard programs, or take the card out and put it in again.")
	}
	desk := &insertion.Desk{Readers: only{d.Readers, s.Name}, Open: d.Open, Prompter: passcode.Nobody{}, Now: d.Now}
	in, err := desk.Find(ctx, passcode.Look(d.Now()))
	if err != nil {
		return unreadable(id, s, err)
	}
	var all []Line
	for _, k := range []card.Key{card.Authentication, card.ContentCommitment} {
		f, err := desk.Read(ctx, in, k)
		if err != nil && !errors.Is(err, insertion.ErrLocked) {
			return append(all, unreadable(id, s, fmt.Errorf("%v key: %w", k, err))...)
		}
		all = append(all, key(id, k, f, d)...)
	}
	return all
}

func unreadable(id string, s reader.State, err error) []Line {
	var unknown card.UnknownError
	var retired card.RetiredError
	switch {
	case errors.As(err, &retired):
		return one(id, Bad, fmt.Sprintf("this card was withdrawn: %v", retired), "Ask your Registration Authority for a new one.")
	case errors.As(err, &unknown):
		return one(id, Bad, fmt.Sprintf("this is no NHS smartcard of a known series (ATR % X)", s.ATR), "Put in an NHS smartcard of series 8 or later: the number is printed on its back.")
	}
	return one(id, Bad, fmt.Sprintf("the card cannot be read: %v", err), "Take it out and put it in again; if that does not help, try another reader.")
}

// key is one certificate of the card and, with the first, the passcode's tries.
func key(id string, k card.Key, f insertion.Facts, d Desk) []Line {
	warn, now, end := d.Warn, d.Now(), f.Certificate.NotAfter
	if warn == 0 {
		warn = warnBefore
	}
	what := fmt.Sprintf("series %s, %v certificate valid to %s", f.Series, k, end.UTC().Format(time.DateOnly))
	helpdesk := "Ask your Registration Authority to renew it."
	switch {
	case f.TriesLeft == 0:
		return one(id, Bad, what+"; the card is locked", "It must be unlocked: ask your Registration Authority.")
	case now.After(end) || now.Before(f.Certificate.NotBefore):
		return one(id, Bad, what+", which is not now", helpdesk+" If the date of this computer is wrong, set that first.")
	case end.Sub(now) < warn:
		return one(id, Look, fmt.Sprintf("%s, in %d days", what, int(end.Sub(now).Hours()/24)), helpdesk)
	case f.TriesLeft == 1:
		return one(id, Look, what+"; one try of the passcode is left", "A wrong passcode will lock the card. If you are not sure of it, ask for help first.")
	}
	return good(id, what)
}

// only is one reader of a system.
type only struct {
	reader.System
	name string
}

// Readers is reader.System's.
func (o only) Readers(ctx context.Context) ([]reader.State, error) {
	all, err := o.System.Readers(ctx)
	for _, s := range all {
		if s.Name == o.name {
			return []reader.State{s}, err
		}
	}
	return nil, err
}
