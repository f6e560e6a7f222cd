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
	aimed, skipped := 0, 0
	for _, r := range t.Rows {
		if !faults[r.Fault] && moment.MatchString(r.Fault) {
			aimed++
		}
		faults[r.Fault] = true
		if r.Skipped != "" {
			skipped++
		}
	}
	return fmt.Sprintf("%d specs, %d faults (%d of them at one moment only), %d unproven, %d not shown on this machine; %s; %s",
		len(t.Rows), len(faults), aimed, len(t.Unproven()), skipped, t.widest(), t.Took.Round(time.Second))
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
	fmt.Fprintf(&b, "# What proves what\n\nWritten by `make proof`: %s.\n\n## Faults\n\n| fault | proves | noticed by | of those that meet it | of all others | green |\n|---|---|---|---|---|---|\n", t.Summary())
	for _, e := range t.Effects {
		others, _ := e.others()
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %d | %.0f %% |\n", e.Fault, strings.Join(e.Proves, ", "), strings.Join(e.noticed(), ", "), e.met(), others, 100*e.Green())
	}
	b.WriteString("\n## Specs\n\n| spec | fault | what it says then |\n|---|---|---|\n")
	for _, r := range t.Rows {
		said := r.Said
		if r.Skipped != "" {
			said = "not shown on this machine: " + r.Skipped
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.Spec, r.Fault, cell(said))
	}
	_, err := io.WriteString(w, b.String())
	return err
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
