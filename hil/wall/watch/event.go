package watch

import (
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Kinds of event.
const (
	Ended = "ended" // an attempt at a cell
	Over  = "over"  // a run: none of its cells waits or runs
	Moved = "moved" // a device came into another state, or a person took or gave it
	Order = "order" // somebody pressed a button
)

// Event is something that happened to a device, a cell or a run.
type Event struct {
	Time    time.Time      `json:"time"`
	Kind    string         `json:"kind"`
	Devices []farm.Device  `json:"devices,omitempty"` // that it happened to
	State   farm.State     `json:"state,omitempty"`   // Moved: the new one
	Run     string         `json:"run,omitempty"`
	Cell    string         `json:"cell,omitempty"`
	Attempt int            `json:"attempt,omitempty"`
	Host    string         `json:"host,omitempty"`
	Verdict string         `json:"verdict,omitempty"` // Ended
	Elapsed time.Duration  `json:"elapsed_ns,omitempty"`
	Counts  map[string]int `json:"counts,omitempty"` // Over: cells by verdict
	Who     string         `json:"who,omitempty"`
	Reason  string         `json:"reason,omitempty"`
}

// attempt is the end of one, from the record of its cell.
func attempt(p farm.Progress) Event {
	e := Event{Kind: Ended, Devices: p.Work.Devices, Run: p.Work.Run, Cell: p.Work.Cell, Attempt: p.Work.Attempt, Host: p.Work.Host}
	if o := p.Outcome; o != nil {
		e.Time, e.Verdict, e.Reason = o.End, o.Verdict, o.Reason
		if !o.Start.IsZero() {
			e.Elapsed = max(0, o.End.Sub(o.Start))
		}
	}
	return e
}

// moved is what became of a device between two looks, as far as it is worth
// telling: cells come and go, and tell that by themselves.
func moved(was, is farm.Record, now time.Time) (Event, bool) {
	e := Event{Time: now, Kind: Moved, Devices: []farm.Device{is.Device}, State: is.State, Reason: is.Reason, Who: person(is)}
	if who := person(was); who != person(is) || told(was.State) != told(is.State) {
		if e.Who == "" {
			e.Who = who
		}
		return e, true
	}
	return e, false
}

// told is a state without the difference that cells make.
func told(s farm.State) farm.State {
	if s == farm.Draining || s == farm.Quarantined {
		return s
	}
	return farm.Free
}

// person is who has reserved a device, or nobody.
func person(r farm.Record) string {
	if r.State != farm.Held || r.Holder == nil {
		return ""
	}
	return r.Holder.Person
}
