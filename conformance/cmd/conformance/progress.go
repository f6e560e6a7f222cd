package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
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

// terminal reports whether somebody reads along.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
