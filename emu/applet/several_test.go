package applet_test

import (
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// named is an application that answers its own name, and tells who it is.
type named struct {
	name   string
	resets int
	loaded applet.State
}

func (n *named) Process(c iso7816.Command) iso7816.Response {
	if c.INS == 0xA4 && string(c.Data) != n.name {
		return applet.Status(iso7816.FileNotFound)
	}
	return applet.Data([]byte(n.name))
}
func (n *named) Chains(byte) bool          { return n.name == "second" }
func (n *named) Reset()                    { n.resets++ }
func (n *named) Save() applet.State        { return applet.State{"pin/01": []byte(n.name)} }
func (n *named) Load(s applet.State) error { n.loaded = s; return nil }
func (n *named) TriesLeft() int            { return len(n.name) }
func selectBy(name string) iso7816.Command {
	return iso7816.Command{INS: 0xA4, P1: 4, Data: []byte(name)}
}
func said(s *applet.Several, c iso7816.Command) string { return string(s.Process(c).Data) }

// Requirement: a SELECT by name goes to whoever knows the name and makes the
// application before forget; an unknown name leaves the choice; a reset goes
// back to the first; cells of the same name do not meet. Source: ISO/IEC 7816-4
// §11.1.1. Turned red by: asking the first application only.
func TestSeveral(t *testing.T) {
	first, second := &named{name: "first"}, &named{name: "second"}
	s := &applet.Several{Applets: []applet.Applet{first, second}}
	other := iso7816.Command{INS: 0xCB}
	if said(s, other) != "first" || said(s, selectBy("second")) != "second" || said(s, other) != "second" || !s.Chains(0) || first.resets != 1 {
		t.Error("the second application does not select")
	}
	if r := s.Process(selectBy("third")); r.SW != iso7816.FileNotFound || said(s, other) != "second" {
		t.Error("an unknown name changed the choice")
	}
	if s.Reset(); said(s, other) != "first" || s.TriesLeft() != 5 {
		t.Error("a reset does not go back to the first")
	}
	if err := s.Load(s.Save()); err != nil || string(first.loaded["pin/01"]) != "first" || string(second.loaded["pin/01"]) != "second" || len(second.loaded) != 1 {
		t.Errorf("cells were mixed up: %v, %v", first.loaded, second.loaded)
	}
}
