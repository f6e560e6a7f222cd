package timing

import (
	"embed"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

//go:embed *.json
var files embed.FS

// ErrProfile is wrapped by every error about a timing profile.
var ErrProfile = errors.New("timing: profile not usable")

// Duration is a time as Go writes it, such as "15ms".
type Duration time.Duration

// UnmarshalText reads it.
func (d *Duration) UnmarshalText(text []byte) error {
	x, err := time.ParseDuration(string(text))
	*d = Duration(x)
	return err
}

// MarshalText writes it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String is such as "15ms".
func (d Duration) String() string { return time.Duration(d).String() }

// Spread is a log-normal time: half of all are below Median; Sigma is the
// standard deviation of the logarithm.
type Spread struct {
	Median Duration `json:"median"`
	Sigma  float64  `json:"sigma"`
}

// Profile is how fast one kind of card is. The keys of RSA, EC and Generate are
// key sizes in bits; each must have its usual size, 2048 or 256, from which
// others follow where they are not given.
type Profile struct {
	ID         string                               `json:"id"` // the file's name, "cosmo-v8"
	Title      string                               `json:"title"`
	Clock      profile.Fact[int]                    `json:"clock_hz"`    // what the reader drives the card with
	Block      profile.Fact[int]                    `json:"block"`       // bytes in the information field of a T=1 block
	Once       profile.Fact[Duration]               `json:"per_command"` // reader and USB, once per command
	Processing map[Operation]profile.Fact[Duration] `json:"processing"`
	RSA        map[string]profile.Fact[Duration]    `json:"rsa"` // one use of a private key
	EC         map[string]profile.Fact[Duration]    `json:"ec"`  // likewise; making a key takes as long
	Generate   map[string]profile.Fact[Spread]      `json:"generate_rsa"`
}

func shelf() profile.Shelf[Profile] {
	return profile.Shelf[Profile]{Kind: ErrProfile, ID: func(p Profile) string { return p.ID }, Check: Profile.check}
}

// All is every profile, by ID. An error is a mistake in a file and wraps
// ErrProfile.
func All() ([]Profile, error) { return shelf().All(files) }

// Find is the profile with this ID.
func Find(id string) (Profile, error) {
	all, err := All()
	if err != nil {
		return Profile{}, err
	}
	return shelf().Pick(all, id)
}

// Parse reads one profile and checks it: unknown fields, facts without a reason
// and times no card has are refused. Errors wrap ErrProfile.
func Parse(raw []byte) (Profile, error) { return shelf().Parse(raw) }

// bits is a key size from a profile's key.
func bits(key string) (int, error) {
	n, err := strconv.Atoi(key)
	if err != nil || n < 128 || n > 16384 || strconv.Itoa(n) != key {
		return 0, fmt.Errorf("%q is no key size in bits", key)
	}
	return n, nil
}
