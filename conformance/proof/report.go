package proof

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
)

// moment is how a fault is aimed at one.
var moment = regexp.MustCompile(`[:,](power|n)=[1-9]`)

// Summary is one line.
func (t Table) Summary() string {
	faults := map[string]bool{}
	aimed, skipped, sick := 0, 0, 0
	for _, r := range t.Rows {
		if !faults[r.Fault] && moment.MatchString(r.Fault) {
			aimed++
		}
		faults[r.Fault] = true
		if r.Skipped != "" {
			skipped++
		}
		if r.Without != "" {
			sick++
		}
	}
	return fmt.Sprintf("%d specs, %d faults (%d of them at one moment only), %d unproven (%d of them not green without their fault in %d cells), %d not shown on this machine; %s; %s",
		len(t.Rows), len(faults), aimed, len(t.Unproven()), sick, len(t.Healthy), skipped, t.widest(), t.Took.Round(time.Second))
}

// widest says how many faults were measured, how many of them leave too little
// green, and which leaves least.
func (t Table) widest() string {
	if len(t.Effects) == 0 {
		return "no fault measured"
	}
	least, broad := t.Effects[0], 0
	for _, e := range t.Effects {
		if e.Green() < least.Green() {
			least = e
		}
		if !e.spares(0) {
			broad++
		}
	}
	others, red := least.others()
	return fmt.Sprintf("%d faults measured, %d leave less than %.0f %% of the others green, the widest is %s with %d of %d red",
		len(t.Effects), broad, 100*Share, least.Fault, red, others)
}

// Markdown writes the table for people.
func (t Table) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# What proves what\n\nWritten by `make proof` of %s: %s.\n\n## Faults\n\n| fault | proves | noticed by | of those that meet it | of all others | green |\n|---|---|---|---|---|---|\n", t.Suite, t.Summary())
	for _, e := range t.Effects {
		others, _ := e.others()
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %d | %.0f %% |\n", e.Fault, strings.Join(e.Proves, ", "), strings.Join(e.noticed(), ", "), e.met(), others, 100*e.Green())
	}
	b.WriteString("\n## Specs\n\n| spec | fault | what it says then |\n|---|---|---|\n")
	for _, r := range t.Rows {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.Spec, r.Fault, cell(r.then()))
	}
	t.healthy(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// then is what a row has to tell.
func (r Row) then() string {
	switch {
	case r.Skipped != "":
		return "not shown on this machine: " + r.Skipped
	case r.Without != "":
		return "unproven, " + r.Without
	}
	return r.Said
}

// healthy writes the cells without a fault.
func (t Table) healthy(b *strings.Builder) {
	b.WriteString("\n## Without a fault\n\n| cell | judged | not green |\n|---|---|---|\n")
	for _, h := range t.Healthy {
		var red []string
		for _, s := range h.Red {
			red = append(red, s.Spec)
		}
		if h.Error != "" {
			red = append(red, "the cell does not open or close: "+h.Error)
		}
		fmt.Fprintf(b, "| %s | %d | %s |\n", h.Cell, h.Judged, cell(strings.Join(red, ", ")))
	}
}

// noticed are the checks that are red beside those that the fault proves.
func (e Effect) noticed() []string {
	return slices.DeleteFunc(slices.Clone(e.Red), func(id string) bool { return slices.Contains(e.Proves, id) })
}

// met is how many other checks met the fault.
func (e Effect) met() string {
	if e.Cut {
		return fmt.Sprintf("%d or more", e.Ran)
	}
	return fmt.Sprint(e.Ran)
}

// cell is text for a cell of a table.
func cell(said string) string {
	said = strings.Join(strings.Fields(said), " ")
	if len(said) > 200 {
		said = strings.ToValidUTF8(said[:200], "") + "…"
	}
	return strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(said)
}
