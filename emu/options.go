package emu

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
	"github.com/smartcard-connect/smartcard-connect/emu/timing"
)

// The passcode and PUK of every card that is given no other.
const (
	DefaultPasscode = "123456"
	DefaultPUK      = "12345678"
)

// DefaultAdminKey is the card management key of every PIV card that is given no
// other, from the front as many bytes as the key has. It is the well-known toy.
const DefaultAdminKey = "\x01\x02\x03\x04\x05\x06\x07\x08" + "\x01\x02\x03\x04\x05\x06\x07\x08" +
	"\x01\x02\x03\x04\x05\x06\x07\x08" + "\x01\x02\x03\x04\x05\x06\x07\x08"

// ErrOptions is wrapped by every error about Options.
var ErrOptions = errors.New("emu: cannot make this card")

// Options say which card to make. The zero value is a series 9 card on T=1 of
// the second test holder.
type Options struct {
	Profile     string            // by ID, such as "series8"; "series9" is the default
	Protocol    iso7816.Protocol  // that of Personality, or else T=1 where the card speaks it
	Personality string            // by ID, such as "v82-civ"; by default the profile's first with Protocol
	Identity    *testpki.Identity // by default that of the profile's holder
	Passcode    []byte            // 6 to 8 digits, on AuthentIC 4 to 8 printable characters; copied; default DefaultPasscode
	PUK         []byte            // 8 printable characters; copied; default DefaultPUK
	AdminKey    []byte            // of a PIV card, as long as its algorithm says; copied; default DefaultAdminKey
	TriesSpent  int               // wrong passcodes so far
	Objects     map[string][]byte // more on the card: PIV data objects by tag, "5FC103", files by path, "5015/3403"
	Content     *Content          // on a PIV card, instead of what identity and profile say
	Faults      []string          // by ID, in the order they are put on
	Now         func() time.Time  // when the certificates are issued; default time.Now
	Rand        io.Reader         // for GET CHALLENGE; default crypto/rand
	Log         *slog.Logger      // default silent; never sees command data
	Timing      string            // how fast it is: the ID of a timing profile; empty is as fast as the machine
	Clock       timing.Clock      // where a slow card's time goes; default timing.Real
	Seed        uint64            // how long a slow card takes to make a key; nothing else is left to chance
	Trace       int               // how many exchanges Card.Trace keeps, the last ones; default 16384
	OnRemove    func()            // called when the card leaves the reader, by fault or by Remove
	OnMessage   func(Exchange)    // called after every exchange, secrets blanked; must not call the card
}

// complete fills in the defaults and checks what was given.
func (o Options) complete() (Options, profile.Profile, error) {
	if o.Profile == "" {
		o.Profile = "series9"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Trace <= 0 {
		o.Trace = maxTrace
	}
	if o.Clock == nil {
		o.Clock = timing.Real{}
	}
	if o.Timing != "" {
		if _, err := timing.Find(o.Timing); err != nil {
			return o, profile.Profile{}, fmt.Errorf("%w: %w", ErrOptions, err)
		}
	}
	p, err := profile.Find(o.Profile)
	if err != nil {
		return o, p, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	if o, err = o.speak(p); err != nil {
		return o, p, err
	}
	if o.Identity == nil {
		id := testpki.Issue(testpki.Holders()[p.Holder], o.Now())
		o.Identity = &id
	}
	if err := whole(*o.Identity, p); err != nil {
		return o, p, err
	}
	if _, err := o.personality(p); err != nil {
		return o, p, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	if o.TriesSpent < 0 || o.TriesSpent > p.Tries.Value {
		return o, p, fmt.Errorf("%w: %d tries cannot be spent of %d", ErrOptions, o.TriesSpent, p.Tries.Value)
	}
	if err := o.Content.check(p); err != nil {
		return o, p, err
	}
	a := alphabetOf(p.Applet)
	o.Passcode, err = passcode(o.Passcode, DefaultPasscode, a.least, a.low, a.high)
	if err == nil {
		o.PUK, err = passcode(o.PUK, DefaultPUK, 8, 0x20, 0x7E)
	}
	if err == nil {
		o.AdminKey, err = adminKey(o.AdminKey, p)
	}
	return o, p, err
}

// personality is how a card of complete options shows itself.
func (o Options) personality(p profile.Profile) (profile.Personality, error) {
	if o.Personality != "" {
		return p.Named(o.Personality)
	}
	return p.Personality(o.Protocol)
}

// speak settles the protocol, which a personality may say.
func (o Options) speak(p profile.Profile) (Options, error) {
	if o.Personality != "" {
		x, err := p.Named(o.Personality)
		if err != nil {
			return o, fmt.Errorf("%w: %w", ErrOptions, err)
		}
		if o.Protocol != 0 && o.Protocol != x.Protocol {
			return o, fmt.Errorf("%w: personality %s speaks %v, not %v", ErrOptions, x.ID, x.Protocol, o.Protocol)
		}
		o.Protocol = x.Protocol
	}
	if o.Protocol == 0 {
		o.Protocol = p.Usual()
	}
	return o, nil
}

// whole refuses an identity that lacks something a card needs, or has keys that
// this one cannot hold.
func whole(id testpki.Identity, p profile.Profile) error {
	for _, pair := range []testpki.Pair{id.Authentication, id.ContentCommitment} {
		if pair.Key == nil || pair.Certificate == nil || pair.Key.N == nil {
			return fmt.Errorf("%w: the identity lacks a key or a certificate", ErrOptions)
		}
		if n := pair.Key.N.BitLen(); !slices.Contains(keySizes[p.Applet], n) && p.Applet != "foreign" {
			return fmt.Errorf("%w: %s holds no RSA key of %d bits, only of %v", ErrOptions, p.ID, n, keySizes[p.Applet])
		}
	}
	return nil
}

// keySizes are the RSA keys of a person that an application holds, in bits (SP
// 800-78-4 table 3-1; OpenSC card-authentic.c and card-iasecc.c).
var keySizes = map[string][]int{
	"piv":       {1024, 2048, 3072},
	"authentic": {1024, 1280, 1536, 1792, 2048},
	"iasecc":    {1024, 2048},
}

// alphabet is what an applet takes for a passcode: least to 8 bytes from low to
// high.
type alphabet struct {
	least     int
	low, high byte
}

// alphabetOf is digits, but for the applet that older passcodes with letters
// live on.
func alphabetOf(name string) alphabet {
	if name == "authentic" {
		return alphabet{4, 0x20, 0x7E}
	}
	return alphabet{6, '0', '9'}
}

// passcode copies b or the default and checks it: least to 8 bytes from low to
// high. The error does not repeat it.
func passcode(b []byte, otherwise string, least int, low, high byte) ([]byte, error) {
	if len(b) == 0 {
		return []byte(otherwise), nil
	}
	ok := len(b) >= least && len(b) <= 8
	for _, x := range b {
		ok = ok && x >= low && x <= high
	}
	if !ok {
		return nil, fmt.Errorf("%w: a passcode has %d to 8 characters from %q to %q", ErrOptions, least, low, high)
	}
	return append([]byte(nil), b...), nil
}
