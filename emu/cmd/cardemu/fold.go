package main

import (
	"strings"
	"unicode/utf8"
)

// columns is the width of a terminal nobody has widened.
const columns = 80

// fold breaks text between words so that no line is longer than columns, where
// words allow it. The first line begins with first, the others with as many
// blanks as rest says. It ends with a newline.
func fold(first string, rest int, text string) string {
	var out strings.Builder
	out.WriteString(first)
	at, empty := utf8.RuneCountInString(first), true
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case empty:
		case at+1+n > columns:
			out.WriteString("\n" + strings.Repeat(" ", rest))
			at = rest
		default:
			out.WriteByte(' ')
			at++
		}
		out.WriteString(word)
		at, empty = at+n, false
	}
	out.WriteByte('\n')
	return out.String()
}
