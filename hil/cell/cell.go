// Package cell is the unit of work of a bench: one build, one card in one
// reader, speaking one protocol, judged by one suite. It makes the plan of what
// must be shown, the target file that the conformance program reads, and the
// final word on what came back.
package cell

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// Cell is one place in the matrix.
type Cell struct {
	Kind     string     `json:"kind"`             // rig.Package, rig.PCSCD, rig.Windows or rig.Remote
	Arch     string     `json:"arch,omitempty"`   // of Windows programs
	Specs    []string   `json:"specs,omitempty"`  // patterns; none is every spec whose features are claimed
	Card     rig.Card   `json:"card"`             // which also says the protocol
	Reader   rig.Reader `json:"reader,omitempty"` // none for kind package
	Suite    string     `json:"suite,omitempty"`  // empty is all suites
	Features []string   `json:"features"`         // all that is claimed
	Excluded string     `json:"excluded,omitempty"`
	Bench    string     `json:"bench,omitempty"` // the rig's name
	Spends   rig.Budget `json:"spends,omitzero"` // what an attempt may cost a card of plastic

	Name      string `json:"name,omitempty"`      // ID from a plan file, instead of the rig's
	Candidate string `json:"candidate,omitempty"` // which of the plan file's builds is judged; empty is the one at hand
}

// ID is such as "series9-T1-pcscd", "series9-T1-windows-386" or, with the reader,
// "series9-T1-remote-left". It never changes for the same place.
func (c Cell) ID() string {
	if c.Name != "" {
		return c.Name
	}
	id := fmt.Sprintf("series%s-%s-%s", c.Card.Series, c.Protocol(), c.Kind)
	if c.Arch != "" {
		id += "-" + c.Arch
	}
	if c.Kind == rig.Remote { // there may be many readers
		id += "-" + c.Reader.ID
	}
	if c.Suite != "" {
		id += "-" + c.Suite
	}
	return id
}

// Protocol is the protocol without its equals sign: T0, T1.
func (c Cell) Protocol() string { return strings.Replace(c.Card.Protocol.String(), "=", "", 1) }

// Patterns select the cell's specs: those that the rig has it for, else those of
// its suite. None is every spec whose features are claimed.
func (c Cell) Patterns() []string {
	if len(c.Specs) == 0 && c.Suite != "" {
		return []string{c.Suite + ".*"}
	}
	return c.Specs
}

// Harms says whether the cell's specs spend passcode tries or write to the card.
func (c Cell) Harms() bool {
	return c.Spends != (rig.Budget{}) || slices.Contains(c.Features, "test-card")
}

// CardFlags tell cardemu which card to be.
func (c Cell) CardFlags() []string {
	out := []string{"--series", c.Card.Series}
	if c.Card.Protocol != 0 {
		out = append(out, "--protocol", c.Protocol())
	}
	if c.Card.Profile != "" {
		out = append(out, "--profile", c.Card.Profile)
	}
	if c.Card.Personality != "" {
		out = append(out, "--personality", c.Card.Personality)
	}
	return out
}

// Played is the cell with a recording in place of its card.
func (c Cell) Played() Cell {
	c.Kind = rig.Recorded
	return c
}

// Build is what is judged here, in the report's words.
func (c Cell) Build() string {
	switch c.Kind {
	case rig.PCSCD, rig.Recorded:
		return "agent program"
	case rig.Windows:
		return "agent program for Windows, " + c.Arch
	case rig.Remote:
		return "card " + c.Card.ID
	}
	return "agent packages"
}

// Reproduce is the command that runs this cell again.
func (c Cell) Reproduce(fault string, seed int64) string {
	command := fmt.Sprintf("bin/hil run --cells %s --seed %d", c.ID(), seed)
	if c.Kind == rig.Windows {
		command += " --rig " + c.Bench
	}
	if fault != "" {
		command += " --fault " + fault
	}
	return command
}

// Of lists the cells of a rig in its order, excluded ones with their reason. A
// rig without is for plans and not for this.
func Of(r rig.Rig) ([]Cell, error) {
	if len(r.Cells) == 0 {
		return nil, fmt.Errorf("%w: it has no rows of cells", rig.ErrInvalid)
	}
	var cells []Cell
	for _, row := range r.Cells {
		for _, id := range r.Of(row) {
			cells = append(cells, one(r, row, id))
		}
	}
	return cells, checkIDs(r, cells)
}

func one(r rig.Rig, row rig.Cells, card string) Cell {
	c := Cell{Kind: row.Kind, Arch: row.Arch, Specs: row.Specs, Bench: r.Name, Spends: row.Spends}
	c.Card, _ = r.Card(card)
	c.Reader, _ = r.Reader(row.Reader)
	c.Features = append(slices.Clone(row.Features), "series-"+c.Card.Series, strings.ToLower(c.Protocol()))
	c.Features = append(c.Features, ofCard(c.Card)...)
	if c.long() {
		c.Features = append(c.Features, extended)
	}
	for _, e := range r.Excluded {
		if e.Cell == c.ID() {
			c.Excluded = e.Reason
		}
	}
	return c
}

// applications are what the cards of a series speak. A new series is one line
// here.
func applications() map[string]string {
	return map[string]string{"8": "authentic", "9": "piv", "10": "piv"}
}

// ofCard is what a card claims beside its series and protocol: its application,
// and each of its secrets that the rig knows.
func ofCard(c rig.Card) []string {
	var out []string
	if a, ok := applications()[c.Series]; ok {
		out = append(out, a)
	}
	if c.PUK != "" {
		out = append(out, "puk")
	}
	if c.Admin != "" {
		out = append(out, "admin")
	}
	return out
}

// extended is the feature of card and reader that exchange APDUs of extended
// length.
const extended = "extended"

// long says whether they do. T=0 has none (ISO/IEC 7816-3 §12.2); a package cell
// has no reader in the way.
func (c Cell) long() bool {
	return c.Card.Extended && c.Card.Protocol == iso7816.T1 && (c.Kind == rig.Package || c.Reader.Level.Long())
}

func checkIDs(r rig.Rig, cells []Cell) error {
	seen := map[string]bool{}
	for _, c := range cells {
		if seen[c.ID()] {
			return fmt.Errorf("%w: two cells are called %s", rig.ErrInvalid, c.ID())
		}
		seen[c.ID()] = true
	}
	for _, e := range r.Excluded {
		if !seen[e.Cell] {
			return fmt.Errorf("%w: the excluded cell %s does not exist", rig.ErrInvalid, e.Cell)
		}
	}
	return nil
}

// Select keeps the cells whose ID matches one of the comma-separated patterns,
// written as for path.Match. An empty pattern keeps all; one that matches
// nothing is an error, because a run of nothing shows nothing.
func Select(cells []Cell, patterns string) ([]Cell, error) {
	if patterns == "" {
		return cells, nil
	}
	var kept []Cell
	for _, c := range cells {
		if matches(patterns, c.ID()) {
			kept = append(kept, c)
		}
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("no cell matches %q; `hil plan` lists them", patterns)
	}
	return kept, nil
}

func matches(patterns, id string) bool { return Matches(strings.Split(patterns, ","), id) }

// Matches says whether one of the patterns, as for path.Match, matches the ID.
func Matches(patterns []string, id string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(strings.TrimSpace(p), id)
		return ok && err == nil
	})
}
