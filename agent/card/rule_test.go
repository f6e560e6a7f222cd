package card_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
)

// Requirement: a misfit is refused with a hint that says what is wrong with it
// and that no try was spent (issue, "a misfit is refused before VERIFY").
// Turned red by: one sentence for all, or a passcode in it.
func TestRule(t *testing.T) {
	piv, old := card.Rule{Min: 6, Max: 8, DigitsOnly: true}, card.Rule{Min: 4, Max: 8}
	for _, c := range []struct {
		rule   card.Rule
		typed  string
		misfit card.Misfit
		hint   string
	}{
		{piv, "123456", card.Fits, ""},
		{piv, "12345678", card.Fits, ""},
		{piv, "12345", card.TooShort, "too short"},
		{piv, "", card.TooShort, "too short"},
		{piv, "123456789", card.TooLong, "too long"},
		{piv, "12345a", card.WrongCharacter, "only digits"},
		{piv, "abc", card.WrongCharacter, "only digits"},
		{old, "abcd", card.Fits, ""},
		{old, "Ab-9 !~z", card.Fits, ""},
		{old, "abc", card.TooShort, "4 to 8 letters, digits or signs"},
		{old, "abcdé", card.WrongCharacter, "does not know"},
		{old, "abcd\n", card.WrongCharacter, "does not know"},
	} {
		err := c.rule.Check([]byte(c.typed))
		var r card.RuleError
		if c.misfit == card.Fits && err == nil {
			continue
		}
		if !errors.As(err, &r) || r.Misfit != c.misfit || !strings.Contains(err.Error(), c.hint) || !strings.Contains(err.Error(), "no try was spent") ||
			(c.typed != "" && strings.Contains(err.Error(), c.typed)) {
			t.Errorf("%v, %q: %v", c.rule, c.typed, err)
		}
	}
}
