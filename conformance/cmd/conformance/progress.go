package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// progress counts on one line of a person's terminal, and is nil elsewhere.
func (d *desk) progress(what string) func(done, of int) {
	if !terminal(d.err) {
		return nil
	}
	return func(done, of int) {
		fmt.Fprintf(d.err, "\r%d of %d %s\x1b[K", done, of, what)
		if done == of {
			fmt.Fprintln(d.err)
		}
	}
}

// paint is a verdict as wide as the widest, in colour on a terminal.
func (d *desk) paint(v result.Verdict) string {
	colour := map[result.Verdict]int{result.Pass: 32, result.Fail: 31, result.Error: 35, result.Miss: 33}[v]
	if colour == 0 || !terminal(d.out) {
		return fmt.Sprintf("%-5s", v)
	}
	return fmt.Sprintf("\x1b[%dm%-5s\x1b[0m", colour, v)
}

// terminal reports whether somebody reads along.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
