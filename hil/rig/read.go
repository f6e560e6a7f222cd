package rig

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v3"
)

// ErrInvalid is wrapped by every error about a rig file.
var ErrInvalid = errors.New("the rig file cannot be used")

// Load reads a rig file from disk.
func Load(file string) (Rig, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return Rig{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	r, err := Parse(b)
	if err != nil {
		return Rig{}, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

// Parse reads a rig from YAML. Unknown fields, names that lead nowhere, double
// IDs and a second document are errors that wrap ErrInvalid.
func Parse(b []byte) (Rig, error) {
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	var r Rig
	if err := d.Decode(&r); err != nil {
		return Rig{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err := d.Decode(&Rig{}); !errors.Is(err, io.EOF) {
		return Rig{}, fmt.Errorf("%w: there is something behind its end", ErrInvalid)
	}
	if err := r.check(); err != nil {
		return Rig{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return r, nil
}
