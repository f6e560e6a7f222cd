package cell

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// Target is the file that `conformance run --target` reads. It is written here
// and read there: the two meet only in the JSON, which the other side reads
// strictly.
type Target struct {
	Cell        string            `json:"cell"`
	Kind        string            `json:"kind"`
	Series      string            `json:"series"`
	Protocol    iso7816.Protocol  `json:"protocol"`
	Features    []string          `json:"features"`
	Faults      []string          `json:"faults,omitempty"` // those to be switched on over there
	Seed        int64             `json:"seed,omitempty"`
	Reader      string            `json:"reader,omitempty"`
	Holder      string            `json:"holder,omitempty"`
	Passcode    string            `json:"passcode,omitempty"`    // of a test card: public
	Timing      string            `json:"timing,omitempty"`      // of a software card
	Personality string            `json:"personality,omitempty"` // the same
	PUK         string            `json:"puk,omitempty"`         // of a test card: public
	Admin       string            `json:"admin,omitempty"`       // of a test card: public
	Issuer      string            `json:"issuer,omitempty"`
	Control     string            `json:"control,omitempty"`
	Clients     []Client          `json:"clients,omitempty"`
	Bench       string            `json:"bench,omitempty"`
	Daemon      string            `json:"daemon,omitempty"`
	Recorder    string            `json:"recorder,omitempty"`
	Script      string            `json:"script,omitempty"`
	Shown       string            `json:"shown,omitempty"`
	Opened      string            `json:"opened,omitempty"`
	Agent       int               `json:"agent,omitempty"`
	Ports       []int             `json:"ports,omitempty"`
	Settings    string            `json:"settings,omitempty"`
	Programs    map[string]string `json:"programs,omitempty"`
	Browser     string            `json:"browser,omitempty"`
}

// Client is a relying party that the provider knows.
type Client struct {
	ID          string `json:"id"`
	Secret      string `json:"secret,omitempty"`
	KeyFile     string `json:"key_file,omitempty"`
	Method      string `json:"method"`
	RedirectURI string `json:"redirect_uri"`
	// PostLogoutURI is where it may go after signing out.
	PostLogoutURI string `json:"post_logout_redirect_uri,omitempty"`
}

// Target is what is known of c before anything runs.
func (c Cell) Target(seed int64) Target {
	kind := c.Kind
	if kind == rig.Recorded { // whoever judges need not know
		kind = rig.PCSCD
	}
	return Target{
		Cell: c.ID(), Kind: kind, Series: c.Card.Series, Protocol: c.Card.Protocol,
		Features: c.Features, Seed: seed, Reader: c.Reader.Name,
		Holder: c.Card.Holder, Passcode: c.Card.Passcode, Timing: c.Card.Timing, Personality: c.Card.Personality, PUK: c.Card.PUK, Admin: c.Card.Admin,
	}
}
