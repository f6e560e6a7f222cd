package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// What is wrong with a file that Read or ReadCell refuses, for errors.Is.
var (
	ErrSchema    = errors.New("schema number is not ours")
	ErrTooLarge  = errors.New("file is too large")
	ErrTrailing  = errors.New("something follows the JSON value")
	ErrDuplicate = errors.New("a name is there twice")
	ErrNoID      = errors.New("id is missing")
)

// Limit is the largest file Read and ReadCell accept, in bytes.
const Limit = 64 << 20

// Read reads report.json. It refuses unknown and repeated names, cells and
// specs without an ID, anything after the value, more than Limit bytes and any
// schema but Schema. An absent or unknown verdict is kept as it is and counts
// as Miss.
func Read(r io.Reader) (Report, error) {
	var rep Report
	if err := strict(r, &rep); err != nil {
		return Report{}, fmt.Errorf("report: %w", err)
	}
	if rep.Schema != Schema {
		return Report{}, fmt.Errorf("report: %w: %d, want %d", ErrSchema, rep.Schema, Schema)
	}
	for _, c := range rep.Cells {
		if err := c.named(); err != nil {
			return Report{}, fmt.Errorf("report: %w", err)
		}
	}
	return rep, nil
}

// ReadCell reads cell.json, as strict as Read. A cell has no schema number of
// its own.
func ReadCell(r io.Reader) (Cell, error) {
	var c Cell
	err := strict(r, &c)
	if err == nil {
		err = c.named()
	}
	if err != nil {
		return Cell{}, fmt.Errorf("cell: %w", err)
	}
	return c, nil
}

func (c Cell) named() error {
	if c.ID == "" {
		return fmt.Errorf("a cell's %w", ErrNoID)
	}
	for i, s := range c.Specs {
		if s.ID == "" {
			return fmt.Errorf("cell %q, spec %d: %w", c.ID, i+1, ErrNoID)
		}
	}
	return nil
}

func strict(r io.Reader, into any) error {
	raw, err := io.ReadAll(io.LimitReader(r, Limit+1))
	if err != nil {
		return err
	}
	if len(raw) > Limit {
		return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, Limit)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return ErrTrailing
	}
	return once(json.NewDecoder(bytes.NewReader(raw)))
}

// once refuses an object that has a name twice: the reader would take the last
// where a person sees the first. Names differing in case are the same name
// here, as they are to encoding/json. The value was decoded before, so that its
// depth is bounded.
func once(d *json.Decoder) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	delim, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if delim == '{' {
			if err := onceName(d, seen); err != nil {
				return err
			}
		}
		if err := once(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

func onceName(d *json.Decoder, seen map[string]bool) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	name := strings.ToLower(fmt.Sprint(t))
	if seen[name] {
		return fmt.Errorf("%w: %q", ErrDuplicate, t)
	}
	seen[name] = true
	return nil
}
