package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

// which are the flags that choose a card.
type which struct {
	Series      string `placeholder:"N" help:"Which card, by the number on its back: ${series}. Default: 9."`
	Profile     string `placeholder:"ID" help:"Which card, by profile, as listed by 'cardemu profiles'. Overrides --series."`
	Protocol    string `placeholder:"T0|T1" help:"What it speaks. Default: T1, if the card does."`
	Personality string `placeholder:"ID" help:"How it shows itself, as 'cardemu profiles' lists it. Default: the first with that protocol."`
}

// options turns the flags into options, with nothing for those not given.
func (w which) options() (emu.Options, error) {
	o := emu.Options{Profile: w.Profile, Personality: w.Personality}
	var err error
	if w.Protocol != "" {
		if o.Protocol, err = iso7816.ParseProtocol(w.Protocol); err != nil {
			return o, fmt.Errorf("%w: %w", errUsage, err)
		}
	}
	if o.Profile == "" && w.Series != "" {
		if o.Profile, err = bySeries(w.Series); err != nil {
			return o, fmt.Errorf("%w: %w", errUsage, err)
		}
	}
	return o, nil
}

// shown is the profile and personality of the flags.
func (w which) shown() (profile.Profile, profile.Personality, error) {
	o, err := w.options()
	if err != nil {
		return profile.Profile{}, profile.Personality{}, err
	}
	c, err := emu.New(o)
	if err != nil {
		return profile.Profile{}, profile.Personality{}, fmt.Errorf("%w: %w", errUsage, err)
	}
	defer c.Close()
	if o.Profile == "" {
		o.Profile = "series9"
	}
	p, err := profile.Find(o.Profile)
	if err != nil {
		return p, profile.Personality{}, err
	}
	at := slices.IndexFunc(p.Personalities, func(x profile.Personality) bool { return x.ID == c.Personality() })
	return p, p.Personalities[at], nil
}

// bySeries is the profile called series and the number, or else the first that
// has the number.
func bySeries(series string) (string, error) {
	all, err := profile.All()
	if err != nil {
		return "", err
	}
	found := ""
	for _, p := range all {
		if p.Series == series && (found == "" || p.ID == "series"+series) {
			found = p.ID
		}
	}
	if found == "" {
		return "", fmt.Errorf("there is no series %q, only %s", series, allSeries(all))
	}
	return found, nil
}

// allSeries are the numbers there are, and what has none.
func allSeries(all []profile.Profile) string {
	var out []string
	for _, p := range all {
		out = append(out, p.Series)
	}
	slices.SortFunc(out, func(a, b string) int {
		n, errA := strconv.Atoi(a)
		m, errB := strconv.Atoi(b)
		if errA != nil || errB != nil {
			return strings.Compare(a, b)
		}
		return n - m
	})
	return strings.Join(slices.Compact(out), ", ")
}
