package card

import "fmt"

// Rule is what a card accepts as passcode. The driver states it: from the card
// where the card says it (series 8), from the standard where that fixes it
// (PIV). Passcodes set before July 2023 may hold letters, so what a card does
// not forbid is left to the card.
type Rule struct {
	Min, Max   int  // characters, both included
	DigitsOnly bool // otherwise printable ASCII
}

// Misfit is how a passcode breaks a rule.
type Misfit int

const (
	// Fits breaks nothing.
	Fits Misfit = iota
	// TooShort is fewer characters than the least.
	TooShort
	// TooLong is more than the most.
	TooLong
	// WrongCharacter is one that the card does not know.
	WrongCharacter
)

// Misfit is how passcode breaks the rule. A wrong character is named first: who
// types letters where only digits go has the wrong passcode in mind.
func (r Rule) Misfit(passcode []byte) Misfit {
	for _, b := range passcode {
		if (r.DigitsOnly && (b < '0' || b > '9')) || b < 0x20 || b > 0x7E {
			return WrongCharacter
		}
	}
	switch {
	case len(passcode) < r.Min:
		return TooShort
	case len(passcode) > r.Max:
		return TooLong
	}
	return Fits
}

// Check returns a RuleError if passcode breaks the rule.
func (r Rule) Check(passcode []byte) error {
	if m := r.Misfit(passcode); m != Fits {
		return RuleError{r, m}
	}
	return nil
}

// String is the rule in words: "6 to 8 digits".
func (r Rule) String() string {
	what := "letters, digits or signs"
	if r.DigitsOnly {
		what = "digits"
	}
	if r.Min == r.Max {
		return fmt.Sprintf("%d %s", r.Max, what)
	}
	return fmt.Sprintf("%d to %d %s", r.Min, r.Max, what)
}

// RuleError says that a passcode was never shown to the card, and why.
type RuleError struct {
	Rule   Rule
	Misfit Misfit
}

// Error is for people.
func (e RuleError) Error() string {
	why := map[Misfit]string{TooShort: "too short", TooLong: "too long", WrongCharacter: "it has a character that this card does not know"}[e.Misfit]
	if e.Misfit == WrongCharacter && e.Rule.DigitsOnly {
		why = "only digits can be used"
	}
	return fmt.Sprintf("%s: a passcode for this card has %v; no try was spent", why, e.Rule)
}
