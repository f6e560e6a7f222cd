package drawer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/emu"
)

// State is what is where.
type State struct {
	Cards   []CardState   `json:"cards"`
	Readers []ReaderState `json:"readers"`
}

// CardState is one card.
type CardState struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Holder      string   `json:"holder"` // empty, as is UUID, for a card of somebody else
	UUID        string   `json:"uuid"`
	Series      string   `json:"series"` // "none" for one that is of no series
	Personality string   `json:"personality"`
	Protocol    string   `json:"protocol"`
	ATR         string   `json:"atr"`
	Reader      *int     `json:"reader"`     // null in the drawer
	TriesLeft   int      `json:"tries_left"` // 0 is locked, -1 a card without a passcode of ours
	Faults      []string `json:"faults"`
}

// ReaderState is one reader.
type ReaderState struct {
	ID      int    `json:"id"`
	Title   string `json:"title"`
	Card    string `json:"card"`    // empty without one
	Reached bool   `json:"reached"` // the card is connected to pcscd's virtual reader
}

// Said is one exchange of one card.
type Said struct {
	Number int    `json:"number"` // counts up from 1
	Card   string `json:"card"`
	emu.Exchange
}

// State is what is where now.
func (d *Drawer) State() State {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := State{Cards: []CardState{}, Readers: []ReaderState{}}
	for _, r := range d.readers {
		s.Readers = append(s.Readers, ReaderState{ID: r.number, Title: r.address, Reached: r.reached.Load()})
	}
	for _, c := range d.cards {
		x := CardState{
			ID: c.id, Title: c.title, Holder: strings.TrimSpace(c.Holder().First + " " + c.Holder().Last), UUID: c.Holder().UUID,
			Series: c.Series(), Personality: c.Personality(), Protocol: c.Protocol().String(),
			ATR: strings.ToUpper(fmt.Sprintf("%x", c.ATR())), TriesLeft: c.TriesLeft(), Faults: []string{},
		}
		for _, f := range c.Active() {
			x.Faults = append(x.Faults, f.ID)
		}
		if c.inside() {
			x.Reader = &c.reader.number
			s.Readers[c.reader.number].Card = c.id
		}
		s.Cards = append(s.Cards, x)
	}
	return s
}

// Listen is what a card of this ID calls after every exchange, as
// emu.Options.OnMessage.
func (d *Drawer) Listen(id string) func(emu.Exchange) {
	return func(e emu.Exchange) {
		d.hear.Lock()
		defer d.hear.Unlock()
		number := 1
		if n := len(d.said); n > 0 {
			number = d.said[n-1].Number + 1
		}
		if len(d.said) == kept {
			d.said = slices.Delete(d.said, 0, 1)
		}
		d.said = append(d.said, Said{number, id, e})
	}
}

// Said is the last exchanges of all cards, oldest first.
func (d *Drawer) Said() []Said {
	d.hear.Lock()
	defer d.hear.Unlock()
	return append([]Said{}, d.said...)
}

// forget empties a card's trace.
func (d *Drawer) forget(id string) error {
	c, err := d.find(id)
	if err == nil {
		c.ForgetTrace()
	}
	return err
}
