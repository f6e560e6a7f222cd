// Package series is the ordered list of the series of cards the agent knows,
// and of those it knows to refuse. It stands apart from package card because it
// imports both card and every driver.
package series

import (
	"bytes"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/card/series10"
	"github.com/smartcard-connect/smartcard-connect/agent/card/series8"
	"github.com/smartcard-connect/smartcard-connect/agent/card/series9"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// All is every series the agent can use, in the order they are tried. To add
// one, write its driver package and give it a row.
func All() []card.Driver {
	return []card.Driver{
		{Series: "8", Why: "first, as its ATRs are few and name the AuthentIC applet or the platform it was sold on", Match: match(series8ATRs()), Open: series8.Open},
		{Series: "9", Why: "after series 8: the older Cosmo platforms differ from it in two historical bytes only", Match: match(series9ATRs()), Open: series9.Open},
		{Series: "10", Why: "last: its platform is like no other's", Match: match(series10.ATRs()), Open: series10.Open},
	}
}

// Withdrawn is a series that is recognised in order to be refused by name.
type Withdrawn struct {
	Series string
	Why    string
	Match  func(atr []byte) bool
}

// Retired is every series that is refused by name.
func Retired() []Withdrawn {
	return []Withdrawn{
		{Series: "5 or 6", Why: "JCOP41, withdrawn by the NHS on 7 May 2026; the ATR does not tell 5 from 6", Match: match([][]byte{[]byte("JCOP41V22")})},
	}
}

// Open makes a Card of the one in a reader by its ATR, without asking it
// anything. m is what is known of this insertion; nil is an empty one. Errors
// are card.RetiredError and card.UnknownError.
func Open(c reader.Card, m *card.Memory) (card.Card, error) {
	if m == nil {
		m = new(card.Memory)
	}
	d, err := Find(c.ATR())
	if err != nil {
		return nil, err
	}
	return d.Open(c, m), nil
}

// Find is the driver for an ATR. Errors are those of Open.
func Find(atr []byte) (card.Driver, error) {
	var known []string
	for _, d := range All() {
		if d.Match(atr) {
			return d, nil
		}
		known = append(known, d.Series)
	}
	for _, w := range Retired() {
		if w.Match(atr) {
			return card.Driver{}, card.RetiredError{Series: w.Series}
		}
	}
	return card.Driver{}, card.UnknownError{ATR: bytes.Clone(atr), Known: known}
}

// match compares the beginning of the historical bytes: the bytes before them
// say how fast a card may talk, not which card it is.
func match(prefixes [][]byte) func(atr []byte) bool {
	return func(atr []byte) bool {
		historical, ok := card.Historical(atr)
		for _, p := range prefixes {
			if ok && bytes.HasPrefix(historical, p) {
				return true
			}
		}
		return false
	}
}
