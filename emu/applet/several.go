package applet

import (
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Several is a card with more than one application: a SELECT by name goes to
// whoever knows the name, everything else to the one selected last, at first
// the first. There is at least one.
type Several struct {
	Applets []Applet
	chosen  int
}

// secondary begins the names of the cells of all applications but the first.
const secondary = "application/%d/"

// Process runs one whole command. Selecting another application forgets what
// the one before was told.
func (s *Several) Process(c iso7816.Command) iso7816.Response {
	if c.INS != 0xA4 || c.P1 != 0x04 {
		return s.Applets[s.chosen].Process(c)
	}
	r := s.Applets[s.chosen].Process(c)
	for i := 0; r.SW == iso7816.FileNotFound && i < len(s.Applets); i++ {
		if i == s.chosen {
			continue
		}
		if other := s.Applets[i].Process(c); other.SW != iso7816.FileNotFound {
			s.Applets[s.chosen].Reset()
			s.chosen, r = i, other
		}
	}
	return r
}

// Chains is the chosen application's.
func (s *Several) Chains(ins byte) bool { return s.Applets[s.chosen].Chains(ins) }

// Reset goes back to the first application.
func (s *Several) Reset() {
	for _, a := range s.Applets {
		a.Reset()
	}
	s.chosen = 0
}

// Save is the cells of all.
func (s *Several) Save() State {
	out := s.Applets[0].Save()
	for i, a := range s.Applets[1:] {
		for name, cell := range a.Save() {
			out[fmt.Sprintf(secondary, i+1)+name] = cell
		}
	}
	return out
}

// Load takes what Save gave.
func (s *Several) Load(state State) error {
	for i, a := range s.Applets {
		own := State{}
		for name, cell := range state {
			rest, others := strings.CutPrefix(name, fmt.Sprintf(secondary, i))
			if others || i == 0 && !strings.HasPrefix(name, "application/") {
				own[rest] = cell
			}
		}
		if err := a.Load(own); err != nil {
			return err
		}
	}
	return nil
}

// TriesLeft is the first application's.
func (s *Several) TriesLeft() int { return s.Applets[0].TriesLeft() }
