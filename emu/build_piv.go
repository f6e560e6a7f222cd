package emu

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/smartcard-connect/smartcard-connect/emu/applet"
	"github.com/smartcard-connect/smartcard-connect/emu/applet/piv"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

// buildPIV makes a PIV card.
func buildPIV(b blueprint) applet.Applet {
	p := b.profile
	content := b.content()
	a := piv.New(piv.Config{
		DefaultSelected: b.blank.DefaultSelected,
		Template: piv.Template{
			Short:      value(p.ShortTemplate),
			Label:      value(p.Label),
			URL:        value(p.URL),
			Algorithms: value(p.Algorithms),
			Longest:    value(p.ExtendedLength),
		},
		BlockedAtOnce:   b.blank.BlockedAtOnce,
		MalformedSpends: value(p.MalformedSpends),
		PUKStaysSpent:   value(p.PUKStaysSpent),
		LenientCommit:   value(p.LenientCommit),
		Empty:           emptyAnswers[value(p.EmptyObject)],
		Passcode:        b.Passcode,
		PUK:             b.blank.PUK,
		Tries:           b.blank.Tries,
		PUKTries:        p.PUKTries.Value,
		Keys:            content.Keys,
		Admin:           piv.AdminKey{Algorithm: adminAlgorithms[value(p.AdminAlgorithm)], Key: b.AdminKey},
		Objects:         content.Objects,
		Rand:            b.Rand,
		Memory:          b.memory,
		Quirks:          b.blank.Quirks,
	})
	a.SetTriesLeft(b.blank.TriesLeft)
	return a
}

// The words of profiles in the terms of the applet. A profile with another word
// is refused when it is read.
var (
	adminAlgorithms = map[string]byte{"3DES": piv.TripleDES, "AES-128": piv.AES128, "AES-192": piv.AES192, "AES-256": piv.AES256}
	emptyAnswers    = map[string]piv.Empty{"": piv.EmptyNotFound, "6A82": piv.EmptyNotFound, "9000": piv.EmptyNothing, "5300": piv.EmptyObject}
	pivObjects      = map[string]uint32{
		"key-history": piv.TagKeyHistory, "security": piv.TagSecurity, "fingerprints": piv.TagFingerprints,
		"face": piv.TagFace, "iris": piv.TagIris, "biometrics": piv.TagBiometrics,
	}
)

// layout is what a profile puts on its cards.
func layout(p profile.Profile) (l piv.Layout) {
	for _, name := range value(p.Objects) {
		l.Objects = append(l.Objects, pivObjects[name])
	}
	l.Keys, l.Compressed = references(value(p.Keys)), references(value(p.Gzip))
	return l
}

// references reads "9D". Profiles are checked, so a mistake is 0.
func references(names []string) (out []byte) {
	for _, name := range names {
		n, _ := strconv.ParseUint(name, 16, 8)
		out = append(out, byte(n))
	}
	return out
}

// adminKey copies b or cuts the default to the length of the profile's
// algorithm. The error does not repeat it. A card that is no PIV card has none.
func adminKey(b []byte, p profile.Profile) ([]byte, error) {
	size := profile.AdminAlgorithms()[value(p.AdminAlgorithm)]
	switch len(b) {
	case 0:
		return []byte(DefaultAdminKey[:size]), nil
	case size:
		return slices.Clone(b), nil
	}
	return nil, fmt.Errorf("%w: the management key of %s has %d bytes", ErrOptions, p.ID, size)
}
