package inventory

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// head is for whoever opens the first bench file.
const head = `What 'hil devices --write' found on this machine. Readers are known by USB path,
which is a place: a reader plugged in elsewhere is another one. Give them the names
that are on their labels. No card is a test card until you say so: with "test: true"
and a budget it may be written to, locked and lost. Gadgets that move cards and
switch power, and how to say so, are in hil/README.md.`

// File is a first bench file for what was found: a person moves the cards, and
// none of them is a test card. It is one that rig.Parse takes.
func File(name string, list []Reader) ([]byte, error) {
	var root yaml.Node
	if err := root.Encode(first(name, list)); err != nil {
		return nil, err
	}
	root.HeadComment = comment(head)
	explain(&root, list)
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(&root); err != nil {
		return nil, err
	}
	if err := e.Close(); err != nil {
		return nil, err
	}
	if _, err := rig.Parse(out.Bytes()); err != nil {
		return nil, fmt.Errorf("what was found makes no bench file: %w", err)
	}
	return out.Bytes(), nil
}

// first is the bench: readers and cards numbered in the order of PC/SC.
func first(name string, list []Reader) rig.Rig {
	r := rig.Rig{
		Name: plain(name), Title: "The readers of " + plain(name),
		Gadgets: []rig.Gadget{{ID: "person", Kind: "manual"}},
		Routes:  []rig.Route{{Gadget: "person", Cost: 60}},
	}
	for i, found := range list {
		d := rig.Reader{ID: fmt.Sprintf("reader-%d", i+1), USB: found.USB, Slot: found.Slot, Name: found.Name, Driver: found.Driver, Level: found.Level}
		if found.USB == "" {
			d.Slot = 0 // the name has it
		}
		if found.Keypad {
			d.Keypad = &rig.Keypad{Gadget: "person"}
		}
		r.Readers = append(r.Readers, d)
		if c := found.Card; c != nil && c.Serial != "" {
			if _, twice := r.CardBySerial(c.Serial); !twice {
				r.Cards = append(r.Cards, rig.Card{ID: fmt.Sprintf("card-%d", len(r.Cards)+1), Series: c.Series, Protocol: c.Protocol, Serial: c.Serial})
			}
		}
	}
	return r
}

var notPlain = regexp.MustCompile(`[^A-Za-z0-9-]+`)

// plain is a name that can be a host's.
func plain(name string) string {
	if name = strings.Trim(notPlain.ReplaceAllString(name, "-"), "-"); name == "" {
		return "bench"
	}
	return name
}

// explain puts each reader's notes above it.
func explain(root *yaml.Node, list []Reader) {
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value != "readers" {
			continue
		}
		for n, node := range root.Content[i+1].Content {
			node.HeadComment = comment(strings.Join(list[n].Notes, "\n"))
		}
	}
}

func comment(text string) string {
	if text == "" {
		return ""
	}
	return "# " + strings.ReplaceAll(text, "\n", "\n# ")
}
