package proof

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
)

// Most is how many checks one fault may prove.
const Most = 10

// Share is what a fault must leave green of the checks that it does not prove.
const Share = 0.8

// Table is every check with its fault, and every fault with what notices it.
type Table struct {
	Rows    []Row    `json:"rows"`
	Effects []Effect `json:"effects"`
}

// Make proves all checks, and measures the faults that every is picked for: 1 is
// all of them, 20 each twentieth, 0 none. So many cells run at once. tell hears
// of each that is done; it may be nil.
func Make(ctx context.Context, checks []suite.Check, every, cells int, tell func(done, of int)) Table {
	ids, proves := Faults(checks)
	if every > 1 {
		ids = slices.DeleteFunc(ids, func(id string) bool { return slices.Index(ids, id)%every != 0 })
	}
	if every == 0 {
		ids = nil
	}
	t := Table{Rows: make([]Row, len(checks)), Effects: make([]Effect, len(ids))}
	var mu sync.Mutex
	done := 0
	step := func() {
		mu.Lock()
		defer mu.Unlock()
		if done++; tell != nil {
			tell(done, len(checks)+len(ids))
		}
	}
	var g errgroup.Group
	g.SetLimit(cells)
	for i, c := range checks {
		g.Go(func() error { defer step(); t.Rows[i] = One(ctx, c); return nil })
	}
	for i, id := range ids {
		g.Go(func() error { defer step(); t.Effects[i] = Of(ctx, id, proves[id], checks); return nil })
	}
	_ = g.Wait() // no function returns an error
	return t
}

// Unproven are the checks that were not red for their own reason.
func (t Table) Unproven() []Row {
	return slices.DeleteFunc(slices.Clone(t.Rows), func(r Row) bool { return r.Red || r.Skipped != "" })
}

// Wrong says in sentences what the table does not show. None is nil.
func (t Table) Wrong() []string {
	var said []string
	for _, r := range t.Unproven() {
		said = append(said, fmt.Sprintf("%s with %s on is not red because of %q: it says %q", r.Spec, r.Fault, r.Because, r.Said))
	}
	proves := map[string][]string{}
	for _, r := range t.Rows {
		proves[r.Fault] = append(proves[r.Fault], r.Spec)
	}
	for fault, specs := range proves {
		if len(specs) > Most {
			said = append(said, fmt.Sprintf("%s proves %d specs, %d are allowed: %s", fault, len(specs), Most, strings.Join(specs, ", ")))
		}
	}
	for _, e := range t.Effects {
		switch {
		case e.Error != "":
			said = append(said, fmt.Sprintf("%s could not be measured: %s", e.Fault, e.Error))
		case e.Green() < Share:
			said = append(said, fmt.Sprintf("%s leaves only %.0f %% of the others green: %d of %d are red", e.Fault, 100*e.Green(), len(e.Red), e.Judged))
		}
	}
	slices.Sort(said)
	return append(said, t.Unobserved()...)
}

// value is a word of what was seen: a number, something quoted, a truth, nothing,
// or a status or claim by its name.
var value = regexp.MustCompile(`[0-9"]|<nil>|\b(true|false|Bearer)\b|\b[A-Z]+_[A-Z_]+\b`)

// Unobserved are checks whose words hold nothing that they saw.
func (t Table) Unobserved() []string {
	var said []string
	for _, r := range t.Rows {
		if r.Red && !value.MatchString(r.Said) {
			said = append(said, fmt.Sprintf("%s says nothing that it saw: %q", r.Spec, r.Said))
		}
	}
	return said
}

// Summary is one line.
func (t Table) Summary() string {
	faults := map[string]bool{}
	skipped := 0
	for _, r := range t.Rows {
		faults[r.Fault] = true
		if r.Skipped != "" {
			skipped++
		}
	}
	return fmt.Sprintf("%d specs, %d faults, %d unproven, %d not shown on this machine; %d faults measured", len(t.Rows), len(faults), len(t.Unproven()), skipped, len(t.Effects))
}

// Markdown writes the table for people.
func (t Table) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# What proves what\n\nWritten by `make proof`: %s.\n\n## Faults\n\n| fault | proves | noticed by | of | others green |\n|---|---|---|---|---|\n", t.Summary())
	for _, e := range t.Effects {
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %.0f %% |\n", e.Fault, strings.Join(e.Proves, ", "), strings.Join(others(e), ", "), e.Judged, 100*e.Green())
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

// others are the checks that notice a fault and are not proved by it.
func others(e Effect) []string {
	return slices.DeleteFunc(slices.Clone(e.Red), func(id string) bool { return slices.Contains(e.Proves, id) })
}

// cell is text for a cell of a table.
func cell(said string) string {
	said = strings.Join(strings.Fields(said), " ")
	if len(said) > 200 {
		said = strings.ToValidUTF8(said[:200], "") + "…"
	}
	return strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(said)
}
