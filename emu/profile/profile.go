// Package profile is which cards we can be: one JSON file per card with its
// answers to reset, identifiers and habits. Nobody has published how a real
// card of the NHS is set up, so each fact says why it is what it is, how sure
// that is, and which command on a real card would settle it.
package profile

import (
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

//go:embed *.json
var files embed.FS

// ErrProfile is wrapped by every error about a profile.
var ErrProfile = errors.New("profile: not usable")

// Sure is how well founded a fact is.
type Sure string

// The degrees of being sure.
const (
	Recorded     Sure = "recorded"     // seen on a real card of this kind, by someone
	Documented   Sure = "documented"   // in a standard or a vendor's or the NHS's text
	Assumed      Sure = "assumed"      // the likeliest, unproven
	Hypothetical Sure = "hypothetical" // no such card is known to exist
)

// Reason is where a fact comes from.
type Reason struct {
	Why     string `json:"why"`
	Sure    Sure   `json:"sure"`
	Settles string `json:"settles,omitempty"` // the command that would settle it on a real card
}

// Fact is a value and its reason.
type Fact[T any] struct {
	Value T `json:"value"`
	Reason
}

// Hex is bytes written as hexadecimal, spaces allowed.
type Hex []byte

// UnmarshalText reads hexadecimal.
func (h *Hex) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(strings.ReplaceAll(string(text), " ", ""))
	*h = b
	return err
}

// MarshalText writes upper-case hexadecimal without spaces.
func (h Hex) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// String is upper-case hexadecimal without spaces.
func (h Hex) String() string { return strings.ToUpper(hex.EncodeToString(h)) }

// Applets are the programs a card can be made with.
var Applets = []string{"authentic", "foreign", "iasecc", "piv"}

// Profile is one kind of card. A new fact is one field here: with "why" and
// "sure" it is checked like the others.
type Profile struct {
	ID              string        `json:"id"` // the file's name, "series9"
	Title           string        `json:"title"`
	Series          string        `json:"series"` // printed on the back: "9"
	Applet          string        `json:"applet"` // one of Applets
	Holder          int           `json:"holder"` // number of the test holder it belongs to unless told otherwise
	Personalities   []Personality `json:"personalities"`
	Answers         []Answer      `json:"answers,omitempty"` // what a foreign card knows, beside refusing
	Defect          *Fact[Defect] `json:"defect,omitempty"`  // what is wrong with its answer to reset
	DefaultSelected Fact[bool]    `json:"default_selected"`  // the application answers after reset without SELECT
	Tries           Fact[int]     `json:"tries"`             // of the passcode
	PUKTries        Fact[int]     `json:"puk_tries"`         // of the PUK
	BlockedAtOnce   Fact[bool]    `json:"blocked_at_once"`   // 6983 instead of 63C0 for the wrong passcode that spends the last try
	PrefixDigest    *Fact[bool]   `json:"prefix_digest_info,omitempty"`
	LenientCommit   *Fact[bool]   `json:"lenient_content_commitment,omitempty"`
	Label           *Fact[string] `json:"label,omitempty"` // PIV application label

	// Facts of PIV cards; piv.go has the values they may have.
	URL             *Fact[string]   `json:"url,omitempty"`                  // in the answer to SELECT
	ShortTemplate   *Fact[bool]     `json:"short_template,omitempty"`       // the answer to SELECT has the end of the name only
	Algorithms      *Fact[Hex]      `json:"algorithms,omitempty"`           // listed in the answer to SELECT
	ExtendedLength  *Fact[int]      `json:"extended_length,omitempty"`      // bytes of the longest extended command, 0 for none
	AdminAlgorithm  *Fact[string]   `json:"admin_algorithm,omitempty"`      // of the card management key
	EmptyObject     *Fact[string]   `json:"empty_object,omitempty"`         // answer for an object without content
	PUKStaysSpent   *Fact[bool]     `json:"puk_stays_spent,omitempty"`      // the right PUK gives no tries back
	MalformedSpends *Fact[bool]     `json:"malformed_spends_try,omitempty"` // a passcode that cannot be one spends a try
	Keys            *Fact[[]string] `json:"keys,omitempty"`                 // beside 9A and 9C
	Gzip            *Fact[[]string] `json:"gzip,omitempty"`                 // keys whose certificates are compressed
	Objects         *Fact[[]string] `json:"objects,omitempty"`              // beside those every card has

	// Facts of IAS-ECC cards.
	RefuseMasterFCI   *Fact[bool] `json:"refuse_master_fci,omitempty"`  // IAS-ECC: SELECT of the master file with P2 00 is answered 6A86
	EnvironmentsShown *Fact[bool] `json:"environments_shown,omitempty"` // IAS-ECC: security environments can be read
}

// Answer is a command of a foreign card, without Le, and its whole response.
type Answer struct {
	Command  Hex    `json:"command"`
	Response Hex    `json:"response"`
	Why      string `json:"why"`
}

// Defect is a way in which a card fails before anybody can talk to it.
type Defect string

// The defects there are.
const (
	Mute   Defect = "mute"   // it does not answer to reset at all: its ATR is empty
	Broken Defect = "broken" // its answer to reset is none
)

// Foreign reports whether this is a card of somebody else, which has none of the
// facts about passcodes.
func (p Profile) Foreign() bool { return p.Applet == "foreign" }

// Personality is a card as one protocol shows it.
type Personality struct {
	ID         string           `json:"id"`
	Protocol   iso7816.Protocol `json:"protocol"`
	ATR        Hex              `json:"atr"`
	OpenSCConf string           `json:"opensc_conf"` // what opensc.conf needs inside "app default", may be empty
	// ExtendedLength is that of a card which shows itself so, instead of the profile's.
	ExtendedLength *Fact[int] `json:"extended_length,omitempty"`
	Reason
}

// All is every profile, by ID. An error is a mistake in a profile and wraps
// ErrProfile. The profiles are shared by all callers and not to be changed.
func All() ([]Profile, error) {
	list, err := embedded()
	return slices.Clone(list), err
}

// embedded reads the files once: a thousand cards share what a profile says.
var embedded = sync.OnceValues(readAll)

func readAll() ([]Profile, error) { return shelf().All(files) }

func shelf() Shelf[Profile] {
	return Shelf[Profile]{Kind: ErrProfile, ID: func(p Profile) string { return p.ID }, Check: Profile.check}
}

// Find is the profile with this ID.
func Find(id string) (Profile, error) {
	all, err := All()
	if err != nil {
		return Profile{}, err
	}
	return shelf().Pick(all, id)
}

// Parse reads one profile and checks it. Unknown fields are refused, and so are
// facts without a reason and answers to reset that do not offer what they are
// for. Errors wrap ErrProfile.
func Parse(raw []byte) (Profile, error) { return shelf().Parse(raw) }

// Usual is the protocol of a card nobody chose one for: T=1, or that of its
// first personality where it does not speak T=1.
func (p Profile) Usual() iso7816.Protocol {
	if _, err := p.Personality(iso7816.T1); err == nil {
		return iso7816.T1
	}
	return p.Personalities[0].Protocol
}

// Personality is how the card shows itself with this protocol unless told
// otherwise: the first that speaks it.
func (p Profile) Personality(protocol iso7816.Protocol) (Personality, error) {
	for _, x := range p.Personalities {
		if x.Protocol == protocol {
			return x, nil
		}
	}
	return Personality{}, fmt.Errorf("%w: %s does not speak %v", ErrProfile, p.ID, protocol)
}

// Named is the personality with this ID. The error says which there are.
func (p Profile) Named(id string) (Personality, error) {
	var have []string
	for _, x := range p.Personalities {
		if x.ID == id {
			return x, nil
		}
		have = append(have, x.ID)
	}
	return Personality{}, fmt.Errorf("%w: %s has no personality %q, only %s", ErrProfile, p.ID, id, strings.Join(have, ", "))
}

// As is the profile with what this personality has of its own.
func (p Profile) As(x Personality) Profile {
	if x.ExtendedLength != nil {
		p.ExtendedLength = x.ExtendedLength
	}
	return p
}

func (p Profile) check() error {
	if p.ID == "" || p.Title == "" || p.Series == "" {
		return errors.New("id, title and series must be given")
	}
	if !slices.Contains(Applets, p.Applet) {
		return fmt.Errorf("there is no applet %q, only %s", p.Applet, strings.Join(Applets, ", "))
	}
	if p.Holder < 0 || p.Holder >= len(testpki.Holders()) {
		return fmt.Errorf("there is no test holder %d", p.Holder)
	}
	if len(p.Personalities) == 0 {
		return errors.New("no personalities")
	}
	for _, x := range p.Personalities {
		if err := errors.Join(p.checkATR(x), x.checkLength()); err != nil {
			return fmt.Errorf("personality %s: %w", x.ID, err)
		}
	}
	if n := p.Tries.Value; !p.Foreign() && (n < 1 || n > 15 || p.PUKTries.Value < 1 || p.PUKTries.Value > 15) {
		return errors.New("tries must be 1 to 15")
	}
	if !p.Foreign() && (p.Answers != nil || p.Defect != nil) {
		return errors.New("answers and defects are for foreign cards")
	}
	for _, a := range p.Answers {
		if _, err := iso7816.ParseCommand(a.Command); err != nil || len(a.Response) < 2 || a.Why == "" {
			return fmt.Errorf("the answer to %v needs a whole command, a response and a why", a.Command)
		}
	}
	if err := p.checkPIV(); err != nil {
		return err
	}
	for name, r := range p.Reasons() {
		if err := r.Check(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// Reasons is every fact's reason by the fact's name in the file, and every
// personality's by its ID.
func (p Profile) Reasons() map[string]Reason {
	out := map[string]Reason{}
	v := reflect.ValueOf(p)
	for i := range v.NumField() {
		field := v.Field(i)
		if field.Kind() == reflect.Pointer {
			if field.IsNil() {
				continue
			}
			field = field.Elem()
		}
		if fact, ok := field.Interface().(reasoned); ok && (!p.Foreign() || fact.reason() != Reason{}) {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			out[name] = fact.reason()
		}
	}
	for _, x := range p.Personalities {
		out[x.ID] = x.Reason
		if x.ExtendedLength != nil {
			out[x.ID+" extended_length"] = x.ExtendedLength.Reason
		}
	}
	return out
}

// reasoned is a Fact of any type.
type reasoned interface{ reason() Reason }

func (f Fact[T]) reason() Reason { return f.Reason }

// checkATR wants an answer to reset that offers what it is for, or the defect
// the profile promises.
func (p Profile) checkATR(x Personality) error {
	offers, err := Protocols(x.ATR)
	if p.Defect != nil {
		switch d := p.Defect.Value; {
		case d == Mute && len(x.ATR) == 0, d == Broken && len(x.ATR) > 0 && err != nil:
			return nil
		default:
			return fmt.Errorf("its ATR %v is not %q", x.ATR, d)
		}
	}
	if err != nil {
		return err
	}
	if !slices.Contains(offers, x.Protocol) {
		return fmt.Errorf("its ATR offers %v, not %v", offers, x.Protocol)
	}
	return nil
}

// Check refuses a reason without a why, or whose degree of being sure is none of
// ours.
func (r Reason) Check() error {
	if r.Why == "" {
		return errors.New("no why")
	}
	switch r.Sure {
	case Recorded, Documented, Assumed, Hypothetical:
		return nil
	}
	return fmt.Errorf("sure is %q", r.Sure)
}
