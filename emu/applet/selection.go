package applet

import "bytes"

// shortestAID is the RID alone: a registered provider's five bytes
// (ISO/IEC 7816-4 §8.2.1.2).
const shortestAID = 5

// cardManagers are the names of the other application every Java card has, the
// issuer security domain.
var cardManagers = [][]byte{
	{0xA0, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00},
	{0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00},
}

// Choice is whom a SELECT by name meant.
type Choice int

// The answers of Selection.ByName.
const (
	Nobody  Choice = iota // no such application; the selection stays
	Own                   // this applet, selected from now on
	Manager               // the card manager; this applet is no longer selected
)

// Selection is which application a card listens with.
type Selection struct {
	AID     []byte // of the applet, full
	Default bool   // selected after reset without being asked
	left    bool   // the card manager was selected
	chosen  bool
}

// Selected reports whether commands reach the applet.
func (s *Selection) Selected() bool { return s.chosen || (s.Default && !s.left) }

// ByName handles the name of a SELECT: full, or cut at the right down to the
// five bytes of the RID.
func (s *Selection) ByName(name []byte) Choice {
	if names(name, s.AID) {
		s.chosen, s.left = true, false
		return Own
	}
	for _, m := range cardManagers {
		if names(name, m) {
			s.chosen, s.left = false, true
			return Manager
		}
	}
	return Nobody
}

// Reset goes back to what the card selects by itself.
func (s *Selection) Reset() { s.chosen, s.left = false, false }

func names(name, aid []byte) bool {
	return len(name) >= shortestAID && bytes.HasPrefix(aid, name)
}
