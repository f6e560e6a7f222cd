package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// The width of a terminal nobody has widened, and the least that is filled.
const columns, fewest = 80, 50

// columns is how wide our output may be: as the terminal, 80 for anything else.
func (w world) columns() int {
	if n, _, err := term.GetSize(int(w.stdout.Fd())); err == nil && n > 0 {
		return max(n, fewest)
	}
	return columns
}

// entry prints a name and, beside it from a column on, what it means. A name that
// reaches into that column has a line of its own. No line is wider than width, as far
// as words allow it.
func entry(out io.Writer, name, text string, column, width int) error {
	lines := folded(text, width-column)
	if utf8.RuneCountInString(name)+2 > column {
		lines = append([]string{name}, lines...)
	} else {
		lines[0] = fmt.Sprintf("%-*s%s", column, name, lines[0])
	}
	_, err := io.WriteString(out, strings.Join(lines, "\n"+strings.Repeat(" ", column))+"\n")
	return err
}

// folded breaks text between words; there is at least one line.
func folded(text string, width int) []string {
	lines := []string{""}
	for _, word := range strings.Fields(text) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case utf8.RuneCountInString(*last)+1+utf8.RuneCountInString(word) > width:
			lines = append(lines, word)
		default:
			*last += " " + word
		}
	}
	return lines
}
