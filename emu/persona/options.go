package persona

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

// maxName is how long a common name may be (RFC 5280 appendix A, ub-common-name).
const maxName = 64

// Options are those of the card the persona describes; files it names are read
// from folder. Errors wrap ErrPersona and name the field.
func (p Persona) Options(folder fs.FS, now time.Time) (emu.Options, error) {
	o := emu.Options{Now: func() time.Time { return now }}
	var card profile.Profile
	for _, step := range []struct {
		field string
		take  func() error
	}{
		{"holder", p.Holder.check},
		{"profile", func() (err error) { card, err = profile.Find(p.Profile); o.Profile = p.Profile; return }},
		{"protocol", func() (err error) {
			if p.Protocol != "" {
				o.Protocol, err = iso7816.ParseProtocol(p.Protocol)
			}
			return err
		}},
		{"personality", func() error { o.Personality = p.Personality; return p.try(o) }},
		{"passcode", func() error { o.Passcode = []byte(p.Passcode); return p.try(o) }},
		{"puk", func() error { o.PUK = []byte(p.PUK); return p.try(o) }},
		{"admin_key", func() (err error) {
			if o.AdminKey, err = hex.DecodeString(p.AdminKey); err != nil {
				return errors.New("not hexadecimal")
			}
			return p.try(o)
		}},
		{"tries_left", func() error {
			if p.TriesLeft != nil {
				o.TriesSpent = card.Tries.Value - *p.TriesLeft
			}
			return p.try(o)
		}},
		{"keys", func() (err error) { o.Identity, err = p.identity(folder, now); return }},
		{"objects", func() (err error) {
			if o.Objects, err = p.objects(folder); err != nil {
				return err
			}
			return p.try(o)
		}},
	} {
		if err := step.take(); err != nil {
			return o, fmt.Errorf("%w: %s: %w", ErrPersona, step.field, err)
		}
	}
	return o, nil
}

// try makes the card so far, which says what is wrong with the field just taken.
func (p Persona) try(o emu.Options) error {
	c, err := emu.New(o)
	if err != nil {
		return err
	}
	return c.Close()
}

func (h Holder) check() error {
	if len(h.UUID) != 12 || strings.ContainsFunc(h.UUID, func(r rune) bool { return r < '0' || r > '9' }) {
		return fmt.Errorf("uuid: %q is not 12 digits", h.UUID)
	}
	for field, name := range map[string]string{"first": h.First, "last": h.Last} {
		if name == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
			return fmt.Errorf("%s: %q is no name: empty, or with a control character", field, name)
		}
	}
	if n := utf8.RuneCountInString(h.UUID + "_" + h.First + "_" + h.Last); n > maxName {
		return fmt.Errorf("last: uuid and names are %d characters, a certificate has room for %d", n, maxName)
	}
	return nil
}

// holder has the number of the test holder with this UUID, or of the first.
func (h Holder) holder() testpki.Holder {
	all := testpki.Holders()
	index := max(0, slices.IndexFunc(all, func(x testpki.Holder) bool { return x.UUID == h.UUID }))
	return testpki.Holder{Index: index, UUID: h.UUID, First: h.First, Last: h.Last}
}

// period is the validity of the certificates.
func (p Persona) period(now time.Time) (from, to time.Time, err error) {
	from, to = now.Add(-24*time.Hour), now.AddDate(2, 0, -1)
	for _, x := range []struct {
		text string
		at   *time.Time
		name string
	}{{p.Valid.From, &from, "from"}, {p.Valid.To, &to, "to"}} {
		if x.text == "" {
			continue
		}
		if *x.at, err = time.Parse(time.DateOnly, x.text); err != nil {
			if *x.at, err = time.Parse(time.RFC3339, x.text); err != nil {
				return from, to, fmt.Errorf("%s: %q is no day like 2026-01-31", x.name, x.text)
			}
		}
	}
	if !from.Before(to) || from.Year() < 1950 || to.Year() > 9999 {
		return from, to, fmt.Errorf("from %s to %s is no time", from.Format(time.DateOnly), to.Format(time.DateOnly))
	}
	return from, to, nil
}

func (p Persona) objects(folder fs.FS) (map[string][]byte, error) {
	out := map[string][]byte{}
	for i, x := range p.Objects {
		value, err := hex.DecodeString(strings.ReplaceAll(x.Hex, " ", ""))
		switch {
		case x.Name == "":
			err = fmt.Errorf("name: missing")
		case (x.Hex == "") == (x.File == ""):
			err = fmt.Errorf("needs hex or file, and not both")
		case x.File != "":
			value, err = read(folder, x.File)
		}
		if err == nil && out[x.Name] != nil {
			err = fmt.Errorf("%s: twice", x.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("%d: %w", i+1, err)
		}
		out[x.Name] = value
	}
	return out, nil
}
