package proof

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/emu/fault"
)

// Most is how many checks one fault may prove.
const Most = 10

// Share is what a fault must leave green of the checks that it does not prove.
const Share = 0.8

// Unproven are the checks that were not red for their own reason, or not green
// without their fault.
func (t Table) Unproven() []Row {
	return slices.DeleteFunc(slices.Clone(t.Rows), func(r Row) bool { return r.Red || r.Skipped != "" })
}

// Wrong says in sentences what the table does not show. None is nil.
func (t Table) Wrong() []string {
	var said []string
	for _, r := range t.Unproven() {
		if r.Without != "" {
			said = append(said, fmt.Sprintf("%s is unproven by %s: %s; with it on it says %q", r.Spec, r.Fault, r.Without, r.Said))
			continue
		}
		said = append(said, fmt.Sprintf("%s with %s on is not red because of %q: it says %q", r.Spec, r.Fault, r.Because, r.Said))
	}
	said = append(said, t.sick()...)
	said = append(said, t.crowded()...)
	for _, e := range t.Effects {
		switch {
		case e.Error != "":
			said = append(said, fmt.Sprintf("%s could not be measured: %s", e.Fault, e.Error))
		case e.Ran == 0 && !e.Cut:
			said = append(said, fmt.Sprintf("%s is met by no other spec of %s", e.Fault, e.Cell))
		case !e.spares(0):
			others, red := e.others()
			said = append(said, fmt.Sprintf("%s leaves only %.0f %% of the others green: %d of %d are red", e.Fault, 100*e.Green(), red, others))
		}
	}
	slices.Sort(said)
	return append(said, t.Unobserved()...)
}

// sick are cells that do not work without a fault, and checks red there that are
// no row's.
func (t Table) sick() []string {
	var said []string
	for _, h := range t.Healthy {
		if h.Error != "" {
			said = append(said, fmt.Sprintf("%s does not open or close without a fault: %s", h.Cell, h.Error))
		}
		for _, s := range h.Red {
			if !slices.ContainsFunc(t.Rows, func(r Row) bool { return r.Spec == s.Spec && r.Skipped == "" }) {
				said = append(said, fmt.Sprintf("%s is red without a fault in %s: %s", s.Spec, h.Cell, s.Said))
			}
		}
	}
	return said
}

// crowded are faults that prove too many checks, however they are aimed.
func (t Table) crowded() []string {
	var said []string
	proves := map[string][]string{}
	for _, r := range t.Rows {
		proves[fault.Base(r.Fault)] = append(proves[fault.Base(r.Fault)], r.Spec)
	}
	for id, specs := range proves {
		if len(specs) > Most {
			said = append(said, fmt.Sprintf("%s proves %d specs, %d are allowed: %s", id, len(specs), Most, strings.Join(specs, ", ")))
		}
	}
	return said
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
