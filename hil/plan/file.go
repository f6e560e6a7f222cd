package plan

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// File is a plan file: every build with every card in every reader with every
// protocol and every suite, but for what is excluded for a reason.
type File struct {
	Name      string    `yaml:"name"`
	Title     string    `yaml:"title,omitempty"`
	Builds    []Build   `yaml:"builds,omitempty"`    // none is the one at hand
	Cards     []string  `yaml:"cards"`               // kinds or serials; "*" is every kind there is
	Readers   []string  `yaml:"readers,omitempty"`   // models or names; "*" is every model there is; none is whichever is free
	Protocols []string  `yaml:"protocols,omitempty"` // T0, T1; none is the card's own
	Suites    []string  `yaml:"suites,omitempty"`    // none is all in one go
	Exclude   []Exclude `yaml:"exclude,omitempty"`
}

// Build is what is judged.
type Build struct {
	ID  string `yaml:"id"`
	Bin string `yaml:"bin,omitempty"` // folder of its programs
}

// Exclude leaves out all cells that it matches. Each field is a pattern as for
// path.Match, and an empty one matches all.
type Exclude struct {
	Build    string `yaml:"build,omitempty"`
	Card     string `yaml:"card,omitempty"`
	Reader   string `yaml:"reader,omitempty"`
	Protocol string `yaml:"protocol,omitempty"`
	Suite    string `yaml:"suite,omitempty"`
	Reason   string `yaml:"reason"`
}

// Cell is one place in the matrix, before it is known where it will run.
type Cell struct {
	ID       string        `json:"id"`
	Build    string        `json:"build,omitempty"`
	Card     string        `json:"card"`             // a kind, or a serial
	Reader   string        `json:"reader,omitempty"` // a model, or a name; empty is whichever is free
	Protocol string        `json:"protocol,omitempty"`
	Suite    string        `json:"suite,omitempty"`
	Excluded string        `json:"excluded,omitempty"`
	Estimate time.Duration `json:"estimate_ns"`
}

// Load reads a plan file from disk.
func Load(file string) (File, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return File{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	f, err := Parse(b)
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", file, err)
	}
	return f, nil
}

// Parse reads a plan file. Unknown fields, an exclusion without a reason and
// patterns that cannot be read are errors that wrap ErrInvalid.
func Parse(b []byte) (File, error) {
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	var f File
	if err := d.Decode(&f); err != nil {
		return File{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if f.Name == "" || len(f.Cards) == 0 {
		return File{}, fmt.Errorf("%w: a plan needs a name and cards", ErrInvalid)
	}
	for _, p := range f.Protocols {
		if p != "T0" && p != "T1" {
			return File{}, fmt.Errorf("%w: protocol %q: say T0 or T1", ErrInvalid, p)
		}
	}
	for _, e := range f.Exclude {
		if strings.TrimSpace(e.Reason) == "" || e == (Exclude{Reason: e.Reason}) {
			return File{}, fmt.Errorf("%w: what is excluded is named and has a reason", ErrInvalid)
		}
		for _, pattern := range e.patterns() {
			if _, err := path.Match(pattern, ""); err != nil {
				return File{}, fmt.Errorf("%w: the pattern %q: %w", ErrInvalid, pattern, err)
			}
		}
	}
	return f, nil
}

func (e Exclude) patterns() []string {
	return []string{e.Build, e.Card, e.Reader, e.Protocol, e.Suite}
}

func (e Exclude) matches(c Cell) bool {
	for i, value := range []string{c.Build, c.Card, c.Reader, c.Protocol, c.Suite} {
		if pattern := e.patterns()[i]; pattern != "" {
			if ok, err := path.Match(pattern, value); !ok || err != nil {
				return false
			}
		}
	}
	return true
}

// Cells multiplies the file out on a floor. A cell whose card does not speak its
// protocol is excluded, and says so. An exclusion that matches nothing is an
// error: it was meant for something.
func (f File) Cells(on Floor) ([]Cell, error) {
	builds := []string{""}
	if len(f.Builds) > 0 {
		builds = nil
		for _, b := range f.Builds {
			builds = append(builds, b.ID)
		}
	}
	var cells []Cell
	seen := map[string]bool{}
	for _, b := range builds {
		for _, card := range expand(f.Cards, on.kinds()) {
			for _, r := range expand(f.Readers, on.models()) {
				for _, p := range expand(f.Protocols, nil) {
					for _, s := range expand(f.Suites, nil) {
						c := Cell{Build: b, Card: card, Reader: r, Protocol: p, Suite: s}
						c.ID = c.name()
						if seen[c.ID] {
							return nil, fmt.Errorf("%w: two cells are called %s", ErrInvalid, c.ID)
						}
						seen[c.ID] = true
						cells = append(cells, c)
					}
				}
			}
		}
	}
	if len(cells) == 0 {
		return nil, fmt.Errorf("%w: there is nothing that * could stand for", ErrInvalid)
	}
	return cells, f.exclude(on, cells)
}

// expand is the values of one dimension: none is one empty value, and "*" is
// all there are.
func expand(values, all []string) []string {
	if len(values) == 0 {
		return []string{""}
	}
	if slices.Contains(values, "*") {
		return all
	}
	return values
}

func (f File) exclude(on Floor, cells []Cell) error {
	used := make([]bool, len(f.Exclude))
	speaks := on.speaks()
	for i := range cells {
		c := &cells[i]
		for n, e := range f.Exclude {
			if e.matches(*c) {
				used[n] = true
				if c.Excluded == "" {
					c.Excluded = e.Reason
				}
			}
		}
		if known, ok := speaks[c.Card]; ok && c.Excluded == "" && !known.Speaks(c.Protocol) {
			c.Excluded = fmt.Sprintf("card %s does not speak %s", c.Card, c.Protocol)
		}
	}
	for n, e := range f.Exclude {
		if !used[n] {
			return fmt.Errorf("%w: nothing is excluded for %q", ErrInvalid, e.Reason)
		}
	}
	return nil
}

// name is the cell's ID: what it is made of, each with letters and digits only,
// so that it can be part of a file's name and of a subject.
func (c Cell) name() string {
	var parts []string
	for _, s := range []string{c.Build, c.Card, c.Reader, c.Protocol, c.Suite} {
		if s != "" {
			parts = append(parts, strings.Map(plain, s))
		}
	}
	return strings.Join(parts, "-")
}

func plain(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-':
		return r
	}
	return '_'
}

// kinds are those of the cards, in the order of the floor.
func (f Floor) kinds() (kinds []string) {
	for _, c := range f.Cards {
		if c.Kind != "" && !slices.Contains(kinds, c.Kind) {
			kinds = append(kinds, c.Kind)
		}
	}
	return kinds
}

// models likewise of the readers.
func (f Floor) models() (models []string) {
	for _, r := range f.Readers {
		if r.Model != "" && !slices.Contains(models, r.Model) {
			models = append(models, r.Model)
		}
	}
	return models
}

// speaks has one card for each kind and serial.
func (f Floor) speaks() map[string]Card {
	m := map[string]Card{}
	for _, c := range f.Cards {
		m[c.Serial], m[c.Kind] = c, c
	}
	return m
}
