// Package series10 drives the card that follows series 9. The NHS names it
// "series 10 (Idemia)" and has published nothing else: the same PIV application
// on the maker's next platform, Cosmo X, is the likeliest. So it is a series 9
// card with another answer to reset; what turns out to differ goes here.
package series10

import (
	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/card/series9"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// ATRs are the beginnings of historical bytes by which the card is known. Only
// the platform's have been published.
func ATRs() [][]byte {
	return [][]byte{
		{0x80, 0x73, 0x84, 0x21, 0xE0, 0x55, 0x49, 0x78}, // Cosmo X: its card capabilities, then "UIx"
	}
}

// Card is a series 10 card. It satisfies card.Card.
type Card struct {
	card.Card
	card.Templater
}

// Open makes a Card of c without sending anything. m is what is known of this
// insertion and grows with use.
func Open(c reader.Card, m *card.Memory) card.Card {
	piv := series9.Open(c, m)
	return Card{piv, piv.(card.Templater)}
}

// Series is "10".
func (Card) Series() string { return "10" }
