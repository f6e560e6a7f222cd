package emu

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

// The passcode and PUK of every card that is given no other.
const (
	DefaultPasscode = "123456"
	DefaultPUK      = "12345678"
)

// ErrOptions is wrapped by every error about Options.
var ErrOptions = errors.New("emu: cannot make this card")

// Options say which card to make. The zero value is a series 9 card on T=1 of
// the second test holder.
type Options struct {
	Profile     string            // by ID, such as "series8"; "series9" is the default
	Protocol    iso7816.Protocol  // T=1 by default
	Personality string            // by ID, such as "v81-civ"; by default the first with this protocol
	Identity    *testpki.Identity // by default that of the profile's holder
	Passcode    []byte            // 6 to 8 digits; copied; default DefaultPasscode
	PUK         []byte            // 8 printable characters; copied; default DefaultPUK
	Faults      []string          // by ID, in the order they are put on
	Now         func() time.Time  // when the certificates are issued; default time.Now
	Rand        io.Reader         // for GET CHALLENGE; default crypto/rand
	Log         *slog.Logger      // default silent; never sees command data
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
	p, err := profile.Find(o.Profile)
	if err != nil {
		return o, p, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	if o.Identity == nil {
		id := testpki.Issue(testpki.Holders()[p.Holder], o.Now())
		o.Identity = &id
	}
	if !whole(*o.Identity) {
		return o, p, fmt.Errorf("%w: the identity lacks a key or a certificate", ErrOptions)
	}
	x, err := o.personality(p)
	if err != nil {
		return o, p, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	o.Protocol = x.Protocol
	o.Passcode, err = passcode(o.Passcode, DefaultPasscode, 6, '0', '9')
	if err == nil {
		o.PUK, err = passcode(o.PUK, DefaultPUK, 8, 0x20, 0x7E)
	}
	return o, p, err
}

// personality is how the card shows itself.
func (o Options) personality(p profile.Profile) (profile.Personality, error) {
	if o.Personality == "" {
		if o.Protocol == 0 {
			return p.Personality(iso7816.T1)
		}
		return p.Personality(o.Protocol)
	}
	var have []string
	for _, x := range p.Personalities {
		if x.ID == o.Personality && (o.Protocol == 0 || o.Protocol == x.Protocol) {
			return x, nil
		}
		have = append(have, x.ID)
	}
	return profile.Personality{}, fmt.Errorf("%s has no personality %q on this protocol, only %s", p.ID, o.Personality, strings.Join(have, ", "))
}

// whole reports whether an identity has all a card needs.
func whole(id testpki.Identity) bool {
	a, c := id.Authentication, id.ContentCommitment
	return a.Key != nil && a.Certificate != nil && c.Key != nil && c.Certificate != nil
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
