package bench

import (
	"slices"

	"github.com/smartcard-connect/smartcard-connect/hil/part"
)

// TakeCards ends the cards' programs: the readers are empty then.
func (b *Bench) TakeCards() {
	for _, c := range b.Cards {
		c.part.Stop(grace)
		b.parts = slices.DeleteFunc(b.parts, func(p *part.Part) bool { return p == c.part })
	}
	b.Cards = nil
}
