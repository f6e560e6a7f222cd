package emu

import (
	"bytes"
	"maps"

	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

// life is how a card is from one time it is powered to the next. Most cards are
// always the same.
type life struct {
	powered int          // how often so far: made, reset or put in
	right   body         // without the faults that show at one time only
	odd     map[int]body // with them, by the time they show at
	apart   bool         // the right body keeps its state to itself: it has an image
}

// next is the body of a card that is powered once more. It goes on with the
// passcodes, counters and files of the one before, unless one of the two was
// personalised differently.
func (l *life) next(before body) body {
	l.powered++
	after, odd := l.odd[l.powered]
	if !odd {
		after = l.right
	}
	if after.adaptor != before.adaptor && !l.apart && after.like(before) {
		_ = after.applet.Load(before.applet.Save()) // of the same kind of applet
	}
	return after
}

// like reports whether two bodies were personalised alike.
func (b body) like(other body) bool { return maps.EqualFunc(b.born, other.born, bytes.Equal) }

// oddities are the bodies of a card at the times that some faults are aimed at.
func oddities(o Options, p profile.Profile, faults []Fault) (map[int]body, error) {
	odd := map[int]body{}
	for _, f := range faults {
		if f.Power == 0 {
			continue
		}
		b, err := personalise(o, p, at(f.Power, faults))
		if err != nil {
			return nil, err
		}
		odd[f.Power] = b
	}
	return odd, nil
}

// at are the faults that show when a card is powered for the n-th time; n is 0
// for those that always do.
func at(n int, faults []Fault) []Fault {
	var now []Fault
	for _, f := range faults {
		if f.Power == 0 || f.Power == n {
			now = append(now, f)
		}
	}
	return now
}
