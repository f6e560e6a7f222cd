// Package settings is what the agent is told by its administrator: whom it
// trusts, how it asks, where it listens.
//
// Table lists every setting. Values come from three tiers over a built-in
// default: policy, machine, user (registry keys on Windows, files elsewhere).
// Merge says for each what counts, from where, and what was ignored and why;
// Store keeps that up to date. A strict JSON file can stand in for the machine
// tier, which tests and benches use.
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
	// Prompter is one of prompters.
	Prompter string `json:"prompter,omitempty"`
	// Keypad is one of keypads: when a reader's own keys are used.
	Keypad string `json:"keypad,omitempty"`
	// Pinentry is the program and its arguments.
	Pinentry []string `json:"pinentry,omitempty"`
	// BrowserOpener is the program that opens an address, which is added as
	// the last argument.
	BrowserOpener []string `json:"browser_opener,omitempty"`
	// ReaderFilter, when set, must be part of a reader's name.
	ReaderFilter string `json:"reader_filter,omitempty"`
	// TPM is the device file, or the unix socket of a software TPM, that has
	// this machine's key; empty is the system's own.
	TPM string `json:"tpm,omitempty"`
	// Port is where the agent listens on loopback.
	Port int `json:"port,omitempty"`
	// PortServiceSocket is where to register; empty is nowhere.
	PortServiceSocket string `json:"port_service_socket,omitempty"`
	// TrustedCertificateIssuers are distinguished names (Table).
	TrustedCertificateIssuers []string `json:"trusted_certificate_issuers,omitempty"`
	// HandOverFallback is "yes" or "no": may a page that cannot reach loopback
	// hand over by form or address?
	HandOverFallback string `json:"hand_over_fallback,omitempty"`
	// ExpiryWarningDays is from how many days before a card's certificate ends
	// the agent warns.
	ExpiryWarningDays int `json:"expiry_warning_days,omitempty"`
	// HelpdeskText and HelpdeskLink tell people whom to ask.
	HelpdeskText string `json:"helpdesk_text,omitempty"`
	HelpdeskLink string `json:"helpdesk_link,omitempty"`
	// LogLevel is how much the log files get: DEBUG, INFO, WARN, ERROR.
	LogLevel string `json:"log_level,omitempty"`
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
	s, err := decode(r)
	return s.WithDefaults(), err
}

// decode parses and checks without filling in.
func decode(r io.Reader) (Settings, error) {
	d := json.NewDecoder(io.LimitReader(r, 1<<20))
	d.DisallowUnknownFields()
	var s Settings
	if err := d.Decode(&s); err != nil {
		return Settings{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Settings{}, fmt.Errorf("%w: something follows the object", ErrInvalid)
	}
	return s, s.Check()
}

// WithDefaults fills in what was left out, as Table has it.
func (s Settings) WithDefaults() Settings {
	for _, row := range Table() {
		if v := row.Defaults(); v != nil && len(row.get(&s)) == 0 {
			_ = row.set(&s, v) // a test holds the defaults to the table's own rules
		}
	}
	return s
}

// FormTime is TimeToShowPinForm as a duration, the default when unset.
func (s Settings) FormTime() time.Duration {
	return time.Duration(s.WithDefaults().TimeToShowPinForm) * time.Second
}

// ExpiryWarning is ExpiryWarningDays as a duration, the default when unset.
func (s Settings) ExpiryWarning() time.Duration {
	return time.Duration(s.WithDefaults().ExpiryWarningDays) * 24 * time.Hour
}
