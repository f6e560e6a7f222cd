// Package settings is what the agent is told by its administrator: whom it
// trusts, how it asks, where it listens. One strict JSON file for now; the
// policy tiers of Windows come with the desktop agent.
package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Built-in defaults.
const (
	DefaultPort              = 43485
	DefaultTimeToShowPinForm = 300 * time.Second
)

// ErrInvalid is wrapped by every complaint about a settings file.
var ErrInvalid = errors.New("settings")

// Settings is the content of a settings file. Unset fields mean the default
// that the methods and Read fill in.
type Settings struct {
	// Issuers are the identity services that may ask for a sign-in.
	Issuers []Issuer `json:"issuers"`
	// SigningOrigins are the pages that may ask for prescriptions to be
	// signed. They are never login origins by that alone.
	SigningOrigins []string `json:"signing_origins,omitempty"`
	// LoginOrigins are pages besides the issuer's own that may hand over a
	// sign-in. They belong to the only issuer, so they need exactly one.
	LoginOrigins []string `json:"login_origins,omitempty"`
	// TimeToShowPinForm is the form's countdown in seconds.
	TimeToShowPinForm int `json:"time_to_show_pin_form,omitempty"`
	// Prompter is "auto", "gtk", "pinentry" or "terminal".
	Prompter string `json:"prompter,omitempty"`
	// Pinentry is the program and its arguments.
	Pinentry []string `json:"pinentry,omitempty"`
	// BrowserOpener is the program that opens an address, which is added as
	// the last argument.
	BrowserOpener []string `json:"browser_opener,omitempty"`
	// ReaderFilter, when set, must be part of a reader's name.
	ReaderFilter string `json:"reader_filter,omitempty"`
	// Port is where the agent listens on loopback.
	Port int `json:"port,omitempty"`
	// PortServiceSocket is where to register; empty is nowhere.
	PortServiceSocket string `json:"port_service_socket,omitempty"`
}

// Issuer is one identity service.
type Issuer struct {
	// URL is the OpenID issuer, exactly as the service spells it, an explicit
	// :443 included.
	URL string `json:"url"`
	// Environment is live, int, dep or dev.
	Environment string `json:"environment"`
}

// Read parses and checks a file and fills in defaults. Unknown fields, text
// after the object and anything doubtful are refused; errors wrap ErrInvalid.
func Read(r io.Reader) (Settings, error) {
	d := json.NewDecoder(io.LimitReader(r, 1<<20))
	d.DisallowUnknownFields()
	var s Settings
	if err := d.Decode(&s); err != nil {
		return Settings{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Settings{}, fmt.Errorf("%w: something follows the object", ErrInvalid)
	}
	s = s.WithDefaults()
	return s, s.Check()
}

// WithDefaults fills in what was left out.
func (s Settings) WithDefaults() Settings {
	if s.Port == 0 {
		s.Port = DefaultPort
	}
	if s.TimeToShowPinForm == 0 {
		s.TimeToShowPinForm = int(DefaultTimeToShowPinForm / time.Second)
	}
	if s.Prompter == "" {
		s.Prompter = "auto"
	}
	if len(s.BrowserOpener) == 0 {
		s.BrowserOpener = []string{"xdg-open"}
	}
	return s
}

// FormTime is TimeToShowPinForm as a duration, the default when unset.
func (s Settings) FormTime() time.Duration {
	return time.Duration(s.WithDefaults().TimeToShowPinForm) * time.Second
}
