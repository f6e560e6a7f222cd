// Package explain knows the codes that people read out from a page: what they
// mean, what causes them, and which entries of the provider's diary and lines
// of the agent's log tell the causes apart. The codes are data, in codes.json.
package explain

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

//go:embed codes.json
var source []byte

// Code is one code, or a family of them.
type Code struct {
	ID     string   `json:"id"` // as shown; 400_* is the rest of a family
	Title  string   `json:"title"`
	Where  string   `json:"where"`  // who shows it
	Source string   `json:"source"` // who says so
	Causes []string `json:"causes"` // the likely one first
	Look   []Look   `json:"look"`
	Try    []string `json:"try"`
}

// Look is a trace that the code leaves.
type Look struct {
	In    string `json:"in"`    // diary, agent log or person
	Find  string `json:"find"`  // diary: a regular expression for path or event; else text
	Means string `json:"means"` // what it means to find it, or not to
}

// All are the codes there are, families after their members.
func All() ([]Code, error) {
	var all []Code
	if err := json.Unmarshal(source, &all); err != nil {
		return nil, fmt.Errorf("codes.json: %w", err)
	}
	return all, nil
}

// ErrUnknown is wrapped by Find.
var ErrUnknown = errors.New("not a code that is known")

var hex = regexp.MustCompile(`(?i)0x[0-9a-f]{8}`)

// Find is the code that is meant by a text as people copy it: 400_645, 400645,
// "400_645 (AUT 0x41555403)", 0x41555403 or 1096111107. Where there are two,
// the closer one counts.
func Find(text string) (Code, error) {
	all, err := All()
	if err != nil {
		return Code{}, err
	}
	for _, want := range readings(text) {
		for _, c := range all {
			if family, ok := strings.CutSuffix(c.ID, "*"); strings.EqualFold(c.ID, want) || ok && strings.HasPrefix(want, family) {
				return c, nil
			}
		}
	}
	return Code{}, fmt.Errorf("%w: %q", ErrUnknown, text)
}

var page = regexp.MustCompile(`^[45]00_?[0-9]{3}$`)

// readings are the ids that a text may mean, the closest first.
func readings(text string) (ids []string) {
	text = strings.TrimSpace(text)
	if inner := hex.FindString(text); inner != "" {
		ids = append(ids, inner)
	}
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		ids = append(ids, fmt.Sprintf("0x%08X", n))
	}
	if first, _, _ := strings.Cut(text, " "); page.MatchString(first) {
		ids = append(ids, first[:3]+"_"+first[len(first)-3:])
	}
	return append(ids, text)
}
