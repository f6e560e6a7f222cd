package result

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// Write writes r as report.json: indented, lists never null, and the schema
// number filled in if it is zero. Another schema number is ErrSchema.
func Write(w io.Writer, r Report) error {
	if r.Schema == 0 {
		r.Schema = Schema
	}
	if r.Schema != Schema {
		return fmt.Errorf("report: %w: %d, want %d", ErrSchema, r.Schema, Schema)
	}
	r.Plan.Cells = full(r.Plan.Cells)
	for i := range r.Plan.Cells {
		r.Plan.Cells[i].Required = full(r.Plan.Cells[i].Required)
	}
	r.Cells = full(r.Cells)
	for i := range r.Cells {
		r.Cells[i] = r.Cells[i].full()
	}
	r.Flakes = slices.Clone(r.Flakes)
	for i := range r.Flakes {
		r.Flakes[i].Attempts = full(r.Flakes[i].Attempts)
	}
	if r.Proof != nil {
		p := r.Proof.full()
		r.Proof = &p
	}
	return indent(w, r)
}

// WriteCell writes c as cell.json.
func WriteCell(w io.Writer, c Cell) error {
	return indent(w, c.full())
}

// full is c with lists that are not nil.
func (c Cell) full() Cell {
	c.Specs = full(c.Specs)
	if c.Features != nil {
		c.Features = &Features{Claimed: full(c.Features.Claimed), Unclaimed: full(c.Features.Unclaimed)}
	}
	return c
}

// WriteFile makes the file at path, with its folders, from what write writes.
// The file is there whole or not at all: it is written beside its place and
// then renamed.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err := finish(f, write); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}

func finish(f *os.File, write func(io.Writer) error) error {
	err := write(f)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

func indent(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// full is a copy of s that is not nil, so that JSON has [] and not null, and
// the caller's value stays untouched.
func full[T any](s []T) []T {
	return append([]T{}, s...)
}
