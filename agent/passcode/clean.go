package passcode

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is the most characters of a text that came from elsewhere: longer
// names push what matters off the screen.
const MaxText = 80

// Clean makes text from elsewhere fit to stand in a question: one line, valid
// UTF-8, no control, formatting or direction-changing characters (Unicode
// categories Cc, Cf, Zl, Zp, Co), single spaces, at most MaxText characters.
func Clean(text string) string {
	visible := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, text)
	one := strings.Join(strings.Fields(visible), " ")
	if runes := []rune(one); len(runes) > MaxText {
		one = strings.TrimSpace(string(runes[:MaxText-1])) + "…"
	}
	return one
}
