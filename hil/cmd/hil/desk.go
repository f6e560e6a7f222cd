package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/device/vpcd"
)

// chosen is the flag that chooses a card of the desk.
type chosen struct {
	Series string `default:"9" enum:"${series}" help:"Which card: ${enum}."`
}

// device is the desk's card of the chosen series.
func (c chosen) device(w world) (vpcd.Device, error) {
	var there []string
	for slot := range deskSlots {
		s, err := card(slot).State(w.ctx)
		if err != nil {
			return vpcd.Device{}, unreachable(err)
		}
		if s.Series == c.Series {
			return card(slot), nil
		}
		there = append(there, s.Series)
	}
	return vpcd.Device{}, fmt.Errorf("%w: the desk has cards of series %s, not %s; start it with 'hil up --series %s'", errUsage, strings.Join(there, " and "), c.Series, c.Series)
}

// card is the side door of the card in this slot, as `hil up` forwards it.
func card(slot int) vpcd.Device {
	return vpcd.Device{Control: fmt.Sprintf("http://127.0.0.1:%d", bench.CardPort+slot)}
}

// unreachable adds what to do about it.
func unreachable(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w\nIs 'hil up' running in another terminal?", err)
}

// insertCommand puts a card in: of the bench file, or of the running desk.
//
//	hil insert nurse left
type insertCommand struct {
	mover
	chosen
	Card   string `arg:"" optional:"" help:"ID of a card of the bench file; without it a card of the running 'hil up' goes in."`
	Reader string `arg:"" optional:"" help:"ID of a reader of the bench file."`
}

// Run puts it in.
func (c insertCommand) Run(w world) error {
	if c.Card != "" && c.Reader == "" {
		return fmt.Errorf("%w: say which card and which reader: hil insert CARD READER", errUsage)
	}
	if c.Card != "" {
		return wrongUse(c.insert(w, c.Card, c.Reader))
	}
	d, err := c.device(w)
	if err != nil {
		return err
	}
	return unreachable(d.Insert(w.ctx))
}

// removeCommand takes a card out likewise.
//
//	hil remove left
type removeCommand struct {
	mover
	chosen
	Card   string `placeholder:"ID" help:"Which card is in it, where the card itself does not say."`
	Reader string `arg:"" optional:"" help:"ID of a reader of the bench file; without it a card of the running 'hil up' goes out."`
}

// Run takes it out.
func (c removeCommand) Run(w world) error {
	if c.Reader != "" {
		return c.remove(w, c.Card, c.Reader)
	}
	d, err := c.device(w)
	if err != nil {
		return err
	}
	return unreachable(d.Remove(w.ctx))
}

// faultCommand changes what is wrong on the desk.
type faultCommand struct {
	ID  string `arg:"" optional:"" help:"A fault of the cards or the provider, as listed by 'hil faults'."`
	Off bool   `help:"Switch all off first."`
}

// Run switches faults. A card fault goes to both cards.
func (c faultCommand) Run(w world) error {
	if c.ID == "" && !c.Off {
		return fmt.Errorf("%w: say which fault, or --off", errUsage)
	}
	provider := vpcd.Device{Control: fmt.Sprintf("http://127.0.0.1:%d", bench.SidePort)}
	if c.Off {
		for _, d := range []vpcd.Device{card(0), card(1), provider} {
			if err := d.Heal(w.ctx); err != nil {
				return unreachable(err)
			}
		}
	}
	switch {
	case c.ID == "":
		return nil
	case strings.HasPrefix(c.ID, "provider."):
		return unreachable(provider.Inject(w.ctx, c.ID))
	}
	for slot := range deskSlots {
		if err := card(slot).Inject(w.ctx, c.ID); err != nil {
			return unreachable(err)
		}
	}
	return nil
}

// placed is one reader and the card that belongs to it.
type placed struct {
	ID    string     `json:"id"`
	Title string     `json:"title"`
	State vpcd.State `json:"state"`
}

// desk prints the list of the running desk.
func (c devicesCommand) desk(w world) error {
	var list []placed
	for slot := range deskSlots {
		s, err := card(slot).State(w.ctx)
		if err != nil {
			return unreachable(err)
		}
		where := "beside the reader"
		if s.Present {
			where = "in the reader"
		}
		title := fmt.Sprintf("series %s card, %s, %s, %d tries left", s.Series, s.Protocol, where, s.TriesLeft)
		list = append(list, placed{bench.SlotName(slot), title, s})
	}
	if c.JSON {
		return printJSON(w.stdout, list)
	}
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	for _, p := range list {
		_, _ = fmt.Fprintf(t, "%s\t%s\n", p.ID, p.Title)
	}
	return t.Flush()
}
