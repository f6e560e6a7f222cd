package passcode

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is the most characters of a text that came from elsewhere: longer
// names push what matters off the screen.
const MaxText = 80

// maxSentence is the most characters of a sentence of our own.
const maxSentence = 300

// Clean makes text from elsewhere fit to stand in a question: one line, valid
// UTF-8, no control, formatting or direction-changing characters (Unicode
// categories Cc, Cf, Zl, Zp, Co), single spaces, at most MaxText characters.
func Clean(text string) string { return clean(text, MaxText) }

// Sentence is Clean for what the agent itself says, such as an error: with a
// capital letter and room for two lines.
func Sentence(text string) string {
	one := clean(text, maxSentence)
	first, n := utf8.DecodeRuneInString(one)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + one[n:]
}

func clean(text string, limit int) string {
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
	if runes := []rune(one); len(runes) > limit {
		one = strings.TrimSpace(string(runes[:limit-1])) + "…"
	}
	return one
}
