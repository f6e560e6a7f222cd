// Package persona is a card described in a file: whose it is, what it is, its
// passcode, keys and certificates. The files beside this one are examples, one
// kind of visitor to a help desk each; their names are their IDs.
//
// A persona is YAML, of which JSON is a part. All fields but holder may be left
// out:
//
//	title: what is particular about this card
//	holder: {uuid: "555000000025", first: Rhys, last: Pritchard}
//	profile: series9             # as 'cardemu profiles' lists them
//	protocol: T=1                # or a personality of the profile by its ID:
//	personality: v81-civ
//	passcode: "123456"
//	puk: "12345678"
//	admin_key: "00112233…"       # of a PIV card, hexadecimal
//	tries_left: 3
//	valid: {from: 2026-01-01, to: 2028-01-01}  # default: since yesterday for two years
//	keys:                        # default: the published ones of the test holder
//	  authentication: published 2      # card-02 of the toy authority,
//	  content_commitment: generate     # a new RSA-2048, or a PEM file
//	certificates:                # default: issued by the toy authority
//	  authentication: mine.pem         # a PEM or DER file
//	objects:                     # more on the card
//	  - {name: 5FC10D, hex: "53 00"}   # a PIV data object by tag,
//	  - {name: 5015/3403, file: x.bin} # or a file by path
//
// Files are found beside the persona. Passcodes are in it in clear: these are
// toy cards.
package persona

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed *.yaml
var examples embed.FS

// maxFile bounds a persona and every file it names.
const maxFile = 64 << 10

// ErrPersona is wrapped by every error about a persona. It names the field.
var ErrPersona = errors.New("persona: cannot make this card")

// Persona is one card described.
type Persona struct {
	ID           string       `yaml:"-" json:"id"`
	Title        string       `yaml:"title" json:"title"`
	Holder       Holder       `yaml:"holder" json:"holder"`
	Profile      string       `yaml:"profile" json:"profile"`
	Protocol     string       `yaml:"protocol" json:"protocol,omitempty"`
	Personality  string       `yaml:"personality" json:"personality,omitempty"`
	Passcode     string       `yaml:"passcode" json:"-"`
	PUK          string       `yaml:"puk" json:"-"`
	AdminKey     string       `yaml:"admin_key" json:"-"`
	TriesLeft    *int         `yaml:"tries_left" json:"tries_left,omitempty"`
	Valid        Period       `yaml:"valid" json:"-"`
	Keys         Pair[string] `yaml:"keys" json:"-"`
	Certificates Pair[string] `yaml:"certificates" json:"-"`
	Objects      []Object     `yaml:"objects" json:"-"`
}

// Holder is a person.
type Holder struct {
	UUID  string `yaml:"uuid" json:"uuid"` // 12 digits
	First string `yaml:"first" json:"first"`
	Last  string `yaml:"last" json:"last"`
}

// Period is from one day or moment to another: 2026-01-01 or RFC 3339.
type Period struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// Pair is one thing for each of a card's two keys.
type Pair[T any] struct {
	Authentication    T `yaml:"authentication"`
	ContentCommitment T `yaml:"content_commitment"`
}

// Object is one more thing on the card, from hexadecimal or a file.
type Object struct {
	Name string `yaml:"name"`
	Hex  string `yaml:"hex"`
	File string `yaml:"file"`
}

// Parse reads one persona. Unknown fields and a second document are refused.
// Errors wrap ErrPersona.
func Parse(raw []byte) (Persona, error) {
	if len(raw) > maxFile {
		return Persona{}, fmt.Errorf("%w: the file is longer than %d bytes", ErrPersona, maxFile)
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	var p Persona
	if err := d.Decode(&p); err != nil {
		return Persona{}, fmt.Errorf("%w: %w", ErrPersona, plain(err))
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return Persona{}, fmt.Errorf("%w: something after the end of the first document", ErrPersona)
	}
	if p.Profile == "" {
		p.Profile = "series9"
	}
	return p, nil
}

// plain says what is wrong with a file without the names of our types.
func plain(err error) error {
	var typed *yaml.TypeError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("the file is empty")
	case !errors.As(err, &typed):
		return err
	}
	var lines []string
	for _, line := range typed.Errors {
		line, _, _ = strings.Cut(line, " in type ")
		line, _, _ = strings.Cut(line, " into persona.")
		lines = append(lines, line)
	}
	return errors.New(strings.Join(lines, "; "))
}

// All is every example, by ID. An error is a mistake in one.
func All() ([]Persona, error) {
	names, err := fs.Glob(examples, "*.yaml")
	if err != nil {
		return nil, err
	}
	var out []Persona
	for _, name := range names {
		raw, err := examples.ReadFile(name)
		if err != nil {
			return nil, err
		}
		p, err := Parse(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		p.ID = strings.TrimSuffix(name, ".yaml")
		out = append(out, p)
	}
	return out, nil
}

// Find is the example with this ID.
func Find(id string) (Persona, error) {
	all, err := All()
	if err != nil {
		return Persona{}, err
	}
	var have []string
	for _, p := range all {
		if p.ID == id {
			return p, nil
		}
		have = append(have, p.ID)
	}
	return Persona{}, fmt.Errorf("%w: there is no %q, only %s", ErrPersona, id, strings.Join(have, ", "))
}

// Source is the file of the example with this ID.
func Source(id string) ([]byte, error) {
	if _, err := Find(id); err != nil {
		return nil, err
	}
	return examples.ReadFile(id + ".yaml")
}
