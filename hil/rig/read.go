package rig

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"

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

// Parse reads a rig from YAML. Unknown fields, names that lead nowhere and
// double IDs are errors that wrap ErrInvalid.
func Parse(b []byte) (Rig, error) {
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	var r Rig
	if err := d.Decode(&r); err != nil {
		return Rig{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err := r.check(); err != nil {
		return Rig{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return r, nil
}

// Card finds a card by its ID.
func (r Rig) Card(id string) (Card, bool) {
	i := slices.IndexFunc(r.Cards, func(c Card) bool { return c.ID == id })
	if i < 0 {
		return Card{}, false
	}
	return r.Cards[i], true
}

// Of are the IDs of a row's cards: those it names, or all there are.
func (r Rig) Of(row Cells) []string {
	if len(row.Cards) > 0 {
		return row.Cards
	}
	var all []string
	for _, c := range r.Cards {
		all = append(all, c.ID)
	}
	return all
}

// Reader finds a reader by its ID.
func (r Rig) Reader(id string) (Reader, bool) {
	i := slices.IndexFunc(r.Readers, func(d Reader) bool { return d.ID == id })
	if i < 0 {
		return Reader{}, false
	}
	return r.Readers[i], true
}

func (r Rig) check() error {
	if r.Name == "" || len(r.Cells) == 0 {
		return errors.New("a rig needs a name and at least one row of cells")
	}
	if err := r.checkReaders(); err != nil {
		return err
	}
	if err := r.checkCards(); err != nil {
		return err
	}
	for _, c := range r.Cells {
		if err := r.checkRow(c); err != nil {
			return err
		}
	}
	for _, e := range r.Excluded {
		if e.Cell == "" || e.Reason == "" {
			return errors.New("an excluded cell needs its ID and a reason")
		}
	}
	return nil
}

func (r Rig) checkReaders() error {
	seen := map[string]bool{}
	for _, d := range r.Readers {
		if d.ID == "" || seen[d.ID] {
			return fmt.Errorf("reader %q: the ID is empty or used twice", d.ID)
		}
		seen[d.ID] = true
		if d.Device != "vpcd" && d.Device != "manual" {
			return fmt.Errorf("reader %q: device %q is neither vpcd nor manual", d.ID, d.Device)
		}
	}
	return nil
}

func (r Rig) checkCards() error {
	seen := map[string]bool{}
	for _, c := range r.Cards {
		if c.ID == "" || seen[c.ID] {
			return fmt.Errorf("card %q: the ID is empty or used twice", c.ID)
		}
		seen[c.ID] = true
		if c.Series == "" || c.Protocol == 0 || c.Holder == "" || c.Passcode == "" {
			return fmt.Errorf("card %q: series, protocol, holder and passcode are all needed", c.ID)
		}
	}
	return nil
}

func (r Rig) checkRow(c Cells) error {
	if !slices.Contains([]string{Package, PCSCD, Windows}, c.Kind) {
		return fmt.Errorf("cells of kind %q: say %s, %s or %s", c.Kind, Package, PCSCD, Windows)
	}
	if _, ok := r.Reader(c.Reader); ok == (c.Kind == Package) {
		return fmt.Errorf("cells of kind %s: reader %q does not fit; package cells name none, all others a reader of the rig", c.Kind, c.Reader)
	}
	if arch := slices.Contains([]string{"amd64", "386"}, c.Arch); arch != (c.Kind == Windows) || (c.Arch != "") != arch {
		return fmt.Errorf("cells of kind %s: arch %q does not fit; windows cells say amd64 or 386, all others nothing", c.Kind, c.Arch)
	}
	for _, p := range c.Specs {
		if _, err := path.Match(p, ""); err != nil {
			return fmt.Errorf("cells of kind %s: specs %q: %w", c.Kind, p, err)
		}
	}
	if len(r.Cards) == 0 || len(c.Features) == 0 {
		return fmt.Errorf("cells of kind %s: the bench has no cards, or features are missing", c.Kind)
	}
	device, _ := r.Reader(c.Reader)
	for _, id := range c.Cards {
		card, ok := r.Card(id)
		if !ok {
			return fmt.Errorf("cells of kind %s: there is no card %q", c.Kind, id)
		}
		if card.Timing != "" && device.Device == "manual" {
			return fmt.Errorf("cells of kind %s: card %q is as slow as it is; timing is for software cards", c.Kind, id)
		}
	}
	return nil
}
