// Package rig says what is on a bench: readers, cards, the cells made of them
// and what each cell claims to have. One YAML file describes one bench.
package rig

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// Kinds of cell, as the conformance program names them.
const (
	Package = "package" // the packages in the conformance process; needs nothing but Go
	PCSCD   = "pcscd"   // the built programs around a private pcscd
	Windows = "windows" // the built Windows programs in the Wine box (ci/winebox); needs root
)

// Rig is one bench.
type Rig struct {
	Name     string     `yaml:"name"`
	Title    string     `yaml:"title"`
	Readers  []Reader   `yaml:"readers"`
	Cards    []Card     `yaml:"cards"`
	Cells    []Cells    `yaml:"cells"`
	Excluded []Excluded `yaml:"excluded,omitempty"`
	Notes    []string   `yaml:"notes,omitempty"` // what the bench cannot show, a sentence each, for the report
}

// Reader is a card reader of the bench.
type Reader struct {
	ID     string `yaml:"id"`
	Device string `yaml:"device"` // who puts cards in: vpcd or manual
	Name   string `yaml:"name"`   // as PC/SC names it
}

// Card is a card of the bench.
type Card struct {
	ID          string           `yaml:"id"`
	Series      string           `yaml:"series"`
	Profile     string           `yaml:"-"` // of an emulated card, instead of its series'
	Personality string           `yaml:"-"` // of an emulated card, instead of the first with the protocol
	Protocol    iso7816.Protocol `yaml:"protocol"`
	Holder      string           `yaml:"holder"`           // UUID on its certificates
	Passcode    string           `yaml:"passcode"`         // of a test card: public
	PUK         string           `yaml:"puk"`              // of a test card: public; may be empty
	Admin       string           `yaml:"admin"`            // the same: algorithm and PIV management key, "03:0102…"
	Timing      string           `yaml:"timing,omitempty"` // a software card as slow as a real one of this kind: 'cardemu timings'
}

// Cells is a row of the matrix: one cell of this kind for each card.
type Cells struct {
	Kind     string   `yaml:"kind"`
	Arch     string   `yaml:"arch,omitempty"`   // kind windows: amd64 or 386
	Specs    []string `yaml:"specs,omitempty"`  // patterns of IDs, as for path.Match; none is every spec whose features are claimed
	Reader   string   `yaml:"reader,omitempty"` // ID; kind package has none
	Cards    []string `yaml:"cards,omitempty"`  // IDs; none is every card of the bench
	Features []string `yaml:"features"`         // claimed beside the card's own
}

// Excluded is a cell that is not run on purpose.
type Excluded struct {
	Cell   string `yaml:"cell"` // ID, such as series8-T0-pcscd
	Reason string `yaml:"reason"`
}
