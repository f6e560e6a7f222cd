package scale

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"
)

// Comments around the table in its file.
const (
	begins = "<!-- table: hil bench scale -o writes it -->\n"
	ends   = "<!-- end of table -->\n"
)

// Table is the rows for people, in Markdown.
func Table(rows []Row) string {
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 0, 1, ' ', tabwriter.Debug)
	line := func(cells ...string) {
		for _, c := range cells[:len(cells)-1] {
			_, _ = fmt.Fprintf(t, "\t%s", " "+c)
		}
		_, _ = fmt.Fprintf(t, "\t %s\t\n", cells[len(cells)-1])
	}
	head := []string{"kind", "readers", "cells", "not passed", "cells/min", "CPU s/s", "idle s/s", "of what was free", "cell, s", "bookkeeping, ms", "95 % below", "of a 30 s cell", "detection, ms", "all stand, s"}
	line(head...)
	rule := make([]string, len(head))
	for i := range rule {
		rule[i] = "---"
	}
	line(rule...)
	for _, r := range rows {
		line(r.Kind, fmt.Sprint(r.Readers), fmt.Sprint(r.Cells), fmt.Sprint(len(r.Bad)), fmt.Sprintf("%.1f", float64(r.Cells)/r.Wall.Minutes()),
			fmt.Sprintf("%.2f", r.Busy), fmt.Sprintf("%.2f", r.Idle), share(r), fmt.Sprintf("%.1f", r.Cell.Seconds()), ms(r.Books), ms(r.Books95),
			fmt.Sprintf("%.2f %%", r.Books.Seconds()/30*100), ms(r.Detected), fmt.Sprintf("%.1f", r.Ready.Seconds()))
	}
	_ = t.Flush()
	return strings.ReplaceAll("\n"+text.String(), "\n |", "\n|")[1:]
}

// share is how much of what other programs left us was used.
func share(r Row) string {
	if r.Busy+r.Idle == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f %%", 100*r.Busy/(r.Busy+r.Idle))
}

func ms(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f", d.Seconds()*1000)
}

// errNoPlace is a file that does not say where the table belongs.
var errNoPlace = errors.New("the file has no place for the table")

// Publish puts the table into a Markdown file, between its two comments.
func Publish(file, table string) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(old), begins)
	_, after, found := strings.Cut(rest, ends)
	if !ok || !found {
		return fmt.Errorf("%w: %s", errNoPlace, file)
	}
	return os.WriteFile(file, []byte(before+begins+"\n"+table+"\n"+ends+after), 0o644)
}
