// Package rig says what is on a bench: hosts, readers, cards, the gadgets that
// bring one to the other, the cells made of them and what each cell claims to
// have. One YAML file describes one bench, from a laptop's to a farm's.
//
// Names of PC/SC are no identities: they change with the order of plugging. A
// reader is known by its USB path, which is a place on a desk, and a card by the
// serial number that it says itself.
package rig

import (
	"strconv"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Kinds of cell, as the conformance program names them.
const (
	Package = "package" // the packages in the conformance process; needs nothing but Go
	PCSCD   = "pcscd"   // the built programs around a private pcscd
	Windows = "windows" // the built Windows programs in the Wine box (ci/winebox); needs root
	Remote  = "remote"  // a card in a reader that the host has: whatever keeps it there, and without namespaces

	// Recorded is a PCSCD cell with a recording in place of its card. No rig
	// has one: 'hil run --replay' makes them.
	Recorded = "recorded"
)

// Rig is one bench. It has cells, or readers to make a plan of, or both.
type Rig struct {
	Name     string     `yaml:"name"`
	Title    string     `yaml:"title"`
	Hosts    []Host     `yaml:"hosts,omitempty"` // none is one: the machine that reads this
	Gadgets  []Gadget   `yaml:"gadgets,omitempty"`
	Power    []Power    `yaml:"power,omitempty"`
	Readers  []Reader   `yaml:"readers"`
	Cards    []Card     `yaml:"cards"`
	Routes   []Route    `yaml:"routes,omitempty"`
	Cells    []Cells    `yaml:"cells,omitempty"`
	Excluded []Excluded `yaml:"excluded,omitempty"`
	Notes    []string   `yaml:"notes,omitempty"` // what the bench cannot show, a sentence each, for the report
}

// Host is a machine with readers, and the daemon on it.
type Host struct {
	ID    string `yaml:"id"` // as its daemon is enrolled
	Title string `yaml:"title,omitempty"`
	OS    string `yaml:"os"` // linux, windows or darwin
}

// Level is what a reader exchanges with its host (CCID 1.1 §5.1, dwFeatures
// masked with 0x70000).
type Level string

// Levels. Only TPDU at T=1 and extended take APDUs of more than 256 bytes.
const (
	Character Level = "character" // 0
	TPDU      Level = "tpdu"      // 0x10000
	Short     Level = "short"     // 0x20000
	Extended  Level = "extended"  // 0x40000
)

// Long says whether APDUs of extended length pass. Of an unknown level nobody
// knows.
func (l Level) Long() bool { return l == TPDU || l == Extended }

// Reader is a card reader of the bench, or one slot of it.
type Reader struct {
	ID     string  `yaml:"id"`
	Host   string  `yaml:"host,omitempty"`
	USB    string  `yaml:"usb,omitempty"`    // path such as 1-1.3:1.0; with it, Name is for people
	Slot   int     `yaml:"slot,omitempty"`   // of a reader with several, from 0
	Device string  `yaml:"device,omitempty"` // who puts cards in, where no route says so: vpcd or manual
	Name   string  `yaml:"name,omitempty"`   // as PC/SC named it when it was written down
	Driver string  `yaml:"driver,omitempty"`
	Level  Level   `yaml:"level,omitempty"` // empty is unknown
	Keypad *Keypad `yaml:"keypad,omitempty"`
	Power  string  `yaml:"power,omitempty"` // ID of the port that feeds it; readers may share one
}

// Identity is by what a reader is found again on its host: its USB path, with
// its slot if that is not the first. One without USB has its name only.
func (d Reader) Identity() string {
	id := d.USB
	if id == "" {
		id = d.Name
	}
	if d.Slot > 0 {
		id += "/" + strconv.Itoa(d.Slot)
	}
	return id
}

// Keypad is a reader's own keys, and what presses them; no gadget is nobody.
type Keypad struct {
	Gadget   string         `yaml:"gadget,omitempty"`
	Settings map[string]any `yaml:"settings,omitempty"` // added to the gadget's
}

// Card is a card of the bench.
type Card struct {
	ID          string             `yaml:"id"`
	Series      string             `yaml:"series"`
	Profile     string             `yaml:"-"`                     // of an emulated card, instead of its series'
	Personality string             `yaml:"personality,omitempty"` // of an emulated card, instead of the first with the protocol: 'cardemu profiles'
	Protocol    iso7816.Protocol   `yaml:"protocol,omitempty"`
	Protocols   []iso7816.Protocol `yaml:"protocols,omitempty"` // of one that speaks several, instead of Protocol
	Extended    bool               `yaml:"extended,omitempty"`  // on T=1 it takes APDUs of extended length; claimed where the reader passes them
	Holder      string             `yaml:"holder,omitempty"`    // UUID on its certificates
	Passcode    string             `yaml:"passcode,omitempty"`  // of a test card: public
	PUK         string             `yaml:"puk,omitempty"`       // of a test card: public; may be empty
	Admin       string             `yaml:"admin,omitempty"`     // the same: algorithm and PIV management key, "03:0102…"
	Timing      string             `yaml:"timing,omitempty"`    // a software card as slow as a real one of this kind: 'cardemu timings'

	Serial  string    `yaml:"serial,omitempty"` // what the card says of itself, in upper-case hexadecimal
	Test    bool      `yaml:"test,omitempty"`   // it is ours to write, to lock and to lose; needs a serial
	Budget  Budget    `yaml:"budget,omitempty"` // of a test card
	Expires time.Time `yaml:"expires,omitempty"`
	Home    string    `yaml:"home,omitempty"` // the host it stands at, or Floor; empty is that of its gadgets
}

// Speaks are all protocols of a card.
func (c Card) Speaks() []iso7816.Protocol {
	if len(c.Protocols) > 0 {
		return c.Protocols
	}
	if c.Protocol == 0 {
		return nil
	}
	return []iso7816.Protocol{c.Protocol}
}

// Budget is what a test card may lose in all its life. Nothing is none.
type Budget struct {
	Writes int `yaml:"writes,omitempty" json:"writes,omitempty"` // changes of its memory, which wears
	Tries  int `yaml:"tries,omitempty" json:"tries,omitempty"`   // wrong passcodes sent on purpose
	Locks  int `yaml:"locks,omitempty" json:"locks,omitempty"`   // times it may be locked on purpose
}

// Cells is a row of the matrix: one cell of this kind for each card.
type Cells struct {
	Kind     string   `yaml:"kind"`
	Arch     string   `yaml:"arch,omitempty"`   // kind windows: amd64 or 386
	Specs    []string `yaml:"specs,omitempty"`  // patterns of IDs, as for path.Match; none is every spec whose features are claimed
	Reader   string   `yaml:"reader,omitempty"` // ID; kind package has none; of kind remote, at its host
	Cards    []string `yaml:"cards,omitempty"`  // IDs; none is every card of the bench
	Features []string `yaml:"features"`         // claimed beside the card's own
	Spends   Budget   `yaml:"spends,omitempty"` // what an attempt at a cell may cost a card of plastic, at most
}

// Excluded is a cell that is not run on purpose.
type Excluded struct {
	Cell   string `yaml:"cell"` // ID, such as series8-T0-pcscd
	Reason string `yaml:"reason"`
}
