package people

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"unicode/utf8"
)

//go:embed data/*.json
var data embed.FS

// longest is how many bytes a persona may have, deepest how many objects and
// lists inside one another.
const (
	longest = 1 << 20
	deepest = 8
)

// Default are the personas that come with the provider, by UUID. A test reads
// the same files strictly, so that no start has to.
func Default() ([]Person, error) {
	files, err := fs.Glob(data, "data/*.json")
	if err != nil {
		return nil, err
	}
	all := make([]Person, len(files))
	for i, name := range files {
		raw, err := data.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(raw, &all[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", path.Base(name), err)
		}
	}
	return all, nil
}

// ReadDir reads every *.json of a folder as one persona each, in the order of
// file names. Errors name file and field; two files with one UUID are an error.
func ReadDir(in fs.FS) ([]Person, error) {
	files, err := fs.Glob(in, "*.json")
	if err != nil {
		return nil, err
	}
	seen := map[string]string{}
	var all []Person
	for _, name := range files {
		p, err := readFile(in, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path.Base(name), err)
		}
		if before, twice := seen[p.UUID]; twice {
			return nil, fmt.Errorf("%s: uuid: %s has it too", name, before)
		}
		seen[p.UUID] = name
		all = append(all, p)
	}
	return all, nil
}

func readFile(in fs.FS, name string) (Person, error) {
	f, err := in.Open(name)
	if err != nil {
		return Person{}, err
	}
	p, err := Read(f)
	return p, errors.Join(err, f.Close())
}

// Read parses one persona: one JSON object of at most a megabyte of UTF-8,
// without unknown or repeated members, that passes Check.
func Read(r io.Reader) (Person, error) {
	raw, err := io.ReadAll(io.LimitReader(r, longest+1))
	if err != nil {
		return Person{}, err
	}
	if len(raw) > longest {
		return Person{}, errors.New("persona: longer than a megabyte")
	}
	if !utf8.Valid(raw) {
		return Person{}, errors.New("persona: not UTF-8")
	}
	if err := repeated(json.NewDecoder(bytes.NewReader(raw)), "", 0); err != nil {
		return Person{}, fmt.Errorf("persona: %w", err)
	}
	var p Person
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Person{}, fmt.Errorf("persona: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Person{}, errors.New("persona: something follows the object")
	}
	return p, p.Check()
}

// repeated walks one value and refuses an object that has a member twice, of
// which encoding/json would quietly take the last.
func repeated(d *json.Decoder, at string, depth int) error {
	if depth > deepest {
		return errors.New("nested too deep")
	}
	token, err := d.Token()
	if err != nil {
		return err
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		inner := at
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return err
			}
			inner = at + "." + fmt.Sprint(name)
			if seen[inner] {
				return fmt.Errorf("%s: there more than once", inner[1:])
			}
			seen[inner] = true
		}
		if err := repeated(d, inner, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
