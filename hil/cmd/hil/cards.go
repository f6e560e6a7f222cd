package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/interlock"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// cardsCommand is about the stock of cards.
type cardsCommand struct {
	List   cardsListCommand   `cmd:"" default:"withargs" help:"List the cards of the bench, what they have lost and what they may still lose."`
	Settle cardsSettleCommand `cmd:"" help:"Say that a card was looked at, after an act whose end is unknown."`
}

// cardsListCommand lists them.
type cardsListCommand struct {
	onBench
	JSON bool `help:"Print an array of objects."`
}

// stock is one card of the bench.
type stock struct {
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	Serial    string     `json:"serial,omitempty"`
	Test      bool       `json:"test"`
	Budget    rig.Budget `json:"budget"`
	Spent     rig.Budget `json:"spent"`
	Unsettled []string   `json:"unsettled,omitempty"`
	Expires   time.Time  `json:"expires,omitzero"`
}

// Run prints the list.
func (c cardsListCommand) Run(w world) error {
	r, err := c.bench()
	if err != nil {
		return err
	}
	guard, err := c.guard(w, r)
	if err != nil {
		return err
	}
	list := []stock{}
	for _, card := range r.Cards {
		s, err := stockOf(guard, card, w.now())
		if err != nil {
			return err
		}
		list = append(list, s)
	}
	if c.JSON {
		return printJSON(w.stdout, list)
	}
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	for _, s := range list {
		_, _ = fmt.Fprintf(t, "%s\t%s\n", s.ID, s.Title)
	}
	return t.Flush()
}

func stockOf(guard interlock.Interlock, c rig.Card, now time.Time) (stock, error) {
	s := stock{ID: c.ID, Serial: rig.Serial(c.Serial), Test: c.Test, Budget: c.Budget, Expires: c.Expires}
	s.Title = fmt.Sprintf("series %s, never written to", c.Series)
	if c.Test {
		a, err := guard.Account(c.Serial)
		if err != nil {
			return s, err
		}
		s.Spent, s.Unsettled = a.Spent, a.Unsettled
		s.Title = fmt.Sprintf("series %s test card, lost %d of %d writes, %d of %d tries, %d of %d locks", c.Series,
			a.Spent.Writes, c.Budget.Writes, a.Spent.Tries, c.Budget.Tries, a.Spent.Locks, c.Budget.Locks)
	}
	switch {
	case c.Expires.IsZero():
	case !now.Before(c.Expires):
		s.Title += ", certificate EXPIRED " + c.Expires.Format(time.DateOnly)
	default:
		s.Title += ", certificate until " + c.Expires.Format(time.DateOnly)
	}
	if len(s.Unsettled) > 0 {
		s.Title += "; NOT SETTLED: " + s.Unsettled[0]
	}
	return s, nil
}

// cardsSettleCommand settles one:
//
//	hil cards settle nurse --because "3 tries left, signs well"
type cardsSettleCommand struct {
	onBench
	Card    string `arg:"" help:"ID of a card of the bench file."`
	Because string `required:"" help:"What you saw. It is written down for ever."`
}

// Run writes it down.
func (c cardsSettleCommand) Run(w world) error {
	r, err := c.bench()
	if err != nil {
		return err
	}
	card, ok := r.Card(c.Card)
	if !ok || card.Serial == "" {
		return fmt.Errorf("%w: the bench file has no card %q with a serial", errUsage, c.Card)
	}
	guard, err := c.guard(w, r)
	if err != nil {
		return err
	}
	return guard.Settle(card.Serial, c.Because)
}
