package profile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Shelf is a folder of JSON files, one thing each, named after its ID. Profiles
// are one, the timing profiles another.
type Shelf[T any] struct {
	Kind  error          // wrapped by every error about a file
	ID    func(T) string // of a thing
	Check func(T) error  // what makes it unusable
}

// Parse reads one thing and checks it. Unknown fields and text after the end are
// refused.
func (s Shelf[T]) Parse(raw []byte) (thing T, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var none T
	if err := d.Decode(&thing); err != nil {
		return none, fmt.Errorf("%w: %w", s.Kind, err)
	}
	if d.More() {
		return none, fmt.Errorf("%w: text after the end", s.Kind)
	}
	if err := s.Check(thing); err != nil {
		return none, fmt.Errorf("%w: %w", s.Kind, err)
	}
	return thing, nil
}

// All reads every file of a folder, by name. Each must bear its thing's ID.
func (s Shelf[T]) All(files fs.FS) ([]T, error) {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, err
	}
	var out []T
	for _, n := range names {
		raw, err := fs.ReadFile(files, n)
		if err != nil {
			return nil, err
		}
		thing, err := s.Parse(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n, err)
		}
		if s.ID(thing) != strings.TrimSuffix(path.Base(n), ".json") {
			return nil, fmt.Errorf("%s: %w: its id is %q", n, s.Kind, s.ID(thing))
		}
		out = append(out, thing)
	}
	return out, nil
}

// Pick is the one with this ID. The error says which there are.
func (s Shelf[T]) Pick(all []T, id string) (T, error) {
	var have []string
	for _, thing := range all {
		if s.ID(thing) == id {
			return thing, nil
		}
		have = append(have, s.ID(thing))
	}
	var none T
	return none, fmt.Errorf("%w: there is no %q, only %s", s.Kind, id, strings.Join(have, ", "))
}
