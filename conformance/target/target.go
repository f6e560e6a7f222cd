// Package target is what is being checked and which features it claims: a card
// in a reader, an identity service by URL, an agent by its ports, and the bench
// around them.
package target

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Kinds of cell.
const (
	// Package cells drive our packages in this process. They never count for
	// the agent program.
	Package = "package"
	// PCSCD cells drive built programs around a private pcscd.
	PCSCD = "pcscd"
	// Windows cells drive built Windows programs in the Wine box.
	Windows = "windows"
	// Remote cells judge what is there already and not ours to start: a card
	// in a reader, a provider by its issuer, an agent by its port.
	Remote = "remote"
)

// File is what `conformance run --target FILE` reads: JSON, unknown fields
// refused. Empty fields are things the target does not have.
type File struct {
	Cell     string           `json:"cell"`
	Kind     string           `json:"kind"`              // empty is remote
	Product  string           `json:"product,omitempty"` // what is judged, for the report: "Example ID card 2.1"
	Series   string           `json:"series,omitempty"`
	Protocol iso7816.Protocol `json:"protocol,omitempty"`
	Features []Feature        `json:"features"`
	Faults   []string         `json:"faults,omitempty"` // package cells switch these on themselves
	Seed     int64            `json:"seed,omitempty"`

	Reader   string `json:"reader,omitempty"`   // PC/SC name
	Holder   string `json:"holder,omitempty"`   // UUID of the test card's holder
	Passcode string `json:"passcode,omitempty"` // of a test card: public
	PUK      string `json:"puk,omitempty"`      // of a test card: public
	Admin    string `json:"admin,omitempty"`    // of a test card: algorithm and management key, "03:0102…"
	Profile  string `json:"profile,omitempty"`  // of the card in a package cell; empty is the series' own
	// Personality is which of the profile's that card has; empty is the first with the protocol.
	Personality string `json:"personality,omitempty"`

	Timing string `json:"timing,omitempty"` // package cells make their card as slow as this

	Issuer  string   `json:"issuer,omitempty"`  // exact OpenID issuer
	Mode    string   `json:"mode,omitempty"`    // rules that a package cell's provider keeps; empty is cis2
	Control string   `json:"control,omitempty"` // mockcis2's side door, URL
	Clients []Client `json:"clients,omitempty"` // registered relying parties
	Login   *Account `json:"login,omitempty"`   // how somebody signs in there, where that is not by card

	Bench    string `json:"bench,omitempty"`    // cardemu's side door, URL
	Daemon   string `json:"daemon,omitempty"`   // the smartcard service's side door, URL
	Recorder string `json:"recorder,omitempty"` // who wants to know which check runs, URL: a bench that records, or that plays a recording
	Script   string `json:"script,omitempty"`   // the scripted pinentry's script file
	Shown    string `json:"shown,omitempty"`    // where it writes what the person saw
	Opened   string `json:"opened,omitempty"`   // file to which the agent's browser opener appends addresses
	Agent    int    `json:"agent,omitempty"`    // the agent's port
	Ports    []int  `json:"ports,omitempty"`    // the port service's ports

	Settings string            `json:"settings,omitempty"` // the agent program's settings file
	Programs map[string]string `json:"programs,omitempty"` // name → path of built programs
	Browser  string            `json:"browser,omitempty"`  // path of a Chromium
	// Handover is the order of channels the login page tries, in package
	// cells; empty is the provider's own.
	Handover []string `json:"handover,omitempty"`
}

// Account is how somebody signs in at a provider that does not do it by card.
type Account struct {
	// Fields are typed into its forms, by the fields' names: {"username":
	// "alice", "password": "…"}. Every other field keeps what is offered.
	Fields map[string]string `json:"fields,omitempty"`
	// Hand has a person sign in, in a browser of their own, each time a check
	// needs that: the address is shown, and the check waits for the redirect.
	Hand bool `json:"hand,omitempty"`
	// Subject is the sub of whoever signs in; empty is not compared.
	Subject string `json:"subject,omitempty"`
}

// Client is a relying party the provider knows.
type Client struct {
	ID          string `json:"id"`
	Secret      string `json:"secret,omitempty"`
	KeyFile     string `json:"key_file,omitempty"` // PEM, for private_key_jwt
	Method      string `json:"method"`             // token_endpoint_auth_method
	RedirectURI string `json:"redirect_uri"`
	// PostLogoutURI is a registered address to go to after signing out.
	PostLogoutURI string `json:"post_logout_redirect_uri,omitempty"`
}

// Read parses a target file.
func Read(r io.Reader) (File, error) {
	var f File
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return File{}, fmt.Errorf("target file: %w", err)
	}
	if f.Kind == "" {
		f.Kind = Remote
	}
	if !slices.Contains([]string{Package, PCSCD, Windows, Remote}, f.Kind) {
		return File{}, fmt.Errorf("target file: kind %q is none of %q, %q, %q and %q", f.Kind, Package, PCSCD, Windows, Remote)
	}
	if f.Login != nil && f.Login.Hand == (len(f.Login.Fields) > 0) {
		return File{}, errors.New("target file: a login is either by fields or by hand")
	}
	if f.Cell == "" {
		return File{}, errors.New("target file: the cell has no name")
	}
	return f, nil
}

// area is the part of an ID before the first dot: card, reader, provider, door.
func area(id string) string {
	before, _, _ := strings.Cut(id, ".")
	return before
}

// Missing lists the wanted features that are not claimed.
func (f File) Missing(want []Feature) []Feature {
	return slices.DeleteFunc(slices.Clone(want), func(w Feature) bool { return slices.Contains(f.Features, w) })
}
