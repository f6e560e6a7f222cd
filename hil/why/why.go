// Package why says in sentences why a cell waits, failed or was missed. It looks
// at records only: the cell's own, those of its devices, and what came before.
package why

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Facts are what an answer rests on. Only Cell and Now are needed.
type Facts struct {
	Cell    farm.Progress
	Devices []farm.Record // of the farm; those that the cell does not need are left aside
	Tried   []Attempt     // earlier attempts at the cell, oldest first
	Asked   []string      // what a person is being asked for at its devices
	Silent  bool          // its host has not been heard of
	Now     time.Time     // by the store's clock
}

// Attempt is one that ended.
type Attempt struct {
	Number  int           `json:"number"`
	Verdict string        `json:"verdict"`
	Reason  string        `json:"reason,omitempty"`
	Host    string        `json:"host,omitempty"`
	Elapsed time.Duration `json:"elapsed_ns,omitempty"`
}

// Answer is why a cell stands where it does.
type Answer struct {
	Run     string     `json:"run"`
	Cell    string     `json:"cell"`
	Attempt int        `json:"attempt"`
	Phase   farm.Phase `json:"phase"`
	Verdict string     `json:"verdict,omitempty"`
	Because []string   `json:"because"` // a sentence each, what counts most first
	Try     []string   `json:"try,omitempty"`
}

// Exit is the answer as an exit code: that of the cell's verdict, and
// inconclusive for a cell that has none.
func (a Answer) Exit() int {
	switch result.Verdict(a.Verdict) {
	case result.Pass:
		return result.ExitPass
	case result.Fail:
		return result.ExitFail
	}
	return result.ExitInconclusive
}

// Explain answers.
func Explain(f Facts) Answer {
	w := f.Cell.Work
	a := Answer{Run: w.Run, Cell: w.Cell, Attempt: w.Attempt, Phase: f.Cell.Phase}
	switch f.Cell.Phase {
	case farm.Done:
		a.done(f)
	case farm.Running:
		a.running(f)
	default:
		a.waiting(f)
	}
	for _, t := range f.Tried {
		a.because("Attempt %d%s ended as %s%s.", t.Number, on(t.Host), t.Verdict, colon(t.Reason))
	}
	return a
}

func (a *Answer) because(format string, args ...any) {
	a.Because = append(a.Because, fmt.Sprintf(format, args...))
}

func (a *Answer) advise(format string, args ...any) {
	a.Try = append(a.Try, fmt.Sprintf(format, args...))
}

// waiting names all that stands in the way.
func (a *Answer) waiting(f Facts) {
	for _, d := range f.Cell.Work.Devices {
		i := slices.IndexFunc(f.Devices, func(r farm.Record) bool { return r.Device == d })
		if i >= 0 {
			a.blocked(f.Devices[i], f.Now)
		}
	}
	for _, q := range f.Asked {
		a.because("A person is asked: %s", q)
		a.advise("Do it, and say so on the page.")
	}
	if f.Silent {
		a.because("Host %s has not been heard of.", f.Cell.Work.Host)
	}
	if len(a.Because) == 0 {
		a.because("All that it needs is free: it waits for its turn on host %s.", f.Cell.Work.Host)
	}
}

// blocked says what keeps one device from being had.
func (a *Answer) blocked(r farm.Record, now time.Time) {
	switch r.State {
	case farm.Held:
		a.because("%s", Held(r, now))
	case farm.Draining:
		a.because("%s is being drained%s.", name(r.Device), colon(r.Reason))
		a.advise("Put it back into service on the page when it may be used again.")
	case farm.Quarantined:
		a.because("%s is in quarantine%s.", name(r.Device), colon(r.Reason))
		a.advise("Repair it; it comes back when it was found good twice, or when an admin says so.")
	}
}

// Held says who has a held device, for what and how long.
func Held(r farm.Record, now time.Time) string {
	who := "somebody"
	if h := r.Holder; h != nil {
		who = fmt.Sprintf("cell %s of run %s, attempt %d, on host %s", h.Cell, h.Run, h.Attempt, h.Host)
		if h.Person != "" {
			who = h.Person
		}
	}
	left := r.Granted.Add(r.TTL).Sub(now).Round(time.Second)
	if left <= 0 {
		return fmt.Sprintf("%s is held by %s, whose lease ended %s ago: it is taken over soon.", name(r.Device), who, -left)
	}
	return fmt.Sprintf("%s is held by %s, for another %s unless renewed.", name(r.Device), who, left)
}

// running says where it runs, and whether its lease still stands.
func (a *Answer) running(f Facts) {
	a.because("It runs on host %s.", f.Cell.Work.Host)
	for _, d := range f.Cell.Work.Devices {
		i := slices.IndexFunc(f.Devices, func(r farm.Record) bool { return r.Device == d })
		if i < 0 {
			continue
		}
		if r := f.Devices[i]; r.Token != f.Cell.Token || r.State != farm.Held {
			a.because("%s is no longer its own: what it finds will not count, and it is tried again.", name(d))
		} else if f.Now.After(r.Granted.Add(r.TTL)) {
			a.because("%s", Held(r, f.Now))
		}
	}
	for _, q := range f.Asked {
		a.because("A person is asked: %s", q)
		a.advise("Do it, and say so on the page.")
	}
	if f.Silent {
		a.because("Host %s has not been heard of.", f.Cell.Work.Host)
	}
}

// meaning of a verdict, for who reads only this.
var meaning = map[result.Verdict]string{
	result.Pass: "All specs that ran held.", result.Fail: "The product is wrong.", result.Error: "The test broke.",
	result.Miss: "The bench broke or could not be built; this says nothing about the product.", result.Skip: "It was left out.",
}

func (a *Answer) done(f Facts) {
	o := f.Cell.Outcome
	if o == nil {
		a.because("Its record says that it ended and not how.")
		return
	}
	a.Verdict = o.Verdict
	a.because("It ended as %s%s. %s", o.Verdict, colon(o.Reason), meaning[result.Verdict(o.Verdict)])
	a.because("It ran on host %s for %s, until %s.", f.Cell.Work.Host, o.End.Sub(o.Start).Round(time.Millisecond), o.End.UTC().Format(time.DateTime+" UTC"))
	if len(o.Result) > 0 {
		var c result.Cell
		if json.Unmarshal(o.Result, &c) != nil {
			a.because("Its result cannot be read.")
		} else {
			a.specs(c)
		}
	}
	if result.Verdict(o.Verdict) == result.Pass {
		return
	}
	for _, d := range f.Cell.Work.Devices {
		i := slices.IndexFunc(f.Devices, func(r farm.Record) bool { return r.Device == d })
		if i >= 0 && f.Devices[i].State == farm.Quarantined {
			a.because("Since then %s is in quarantine%s.", name(d), colon(f.Devices[i].Reason))
		}
	}
	a.advise("hil rerun %s %s", a.Run, a.Cell)
}

// most is how many red specs are told by name.
const most = 10

// specs tells the red ones of a result.
func (a *Answer) specs(c result.Cell) {
	n := 0
	for _, s := range c.Specs {
		if v := s.Verdict.Counted(); v == result.Pass || v == result.Skip {
			continue
		}
		if n++; n <= most {
			a.because("Spec %s is %s%s.", s.ID, s.Verdict, colon(s.Reason))
		}
	}
	if n > most {
		a.because("And %d more specs.", n-most)
	}
	for i, t := range c.Tried {
		a.because("On the host, try %d ended as %s%s.", i+1, t.Verdict, colon(t.Reason))
	}
	if c.Reproduce != "" && n > 0 {
		a.advise("%s", c.Reproduce)
	}
}

// Report answers for a cell of a report that 'hil run' wrote.
func Report(r result.Report, cell string) (Answer, bool) {
	i := slices.IndexFunc(r.Cells, func(c result.Cell) bool { return c.ID == cell })
	if i < 0 {
		return Answer{}, false
	}
	c := r.Cells[i]
	a := Answer{Cell: cell, Attempt: max(1, len(c.Tried)), Phase: farm.Done, Verdict: string(c.Verdict)}
	a.because("It ended as %s%s. %s", c.Verdict, colon(c.Reason), meaning[c.Verdict])
	a.specs(c)
	return a, true
}

// name is a device at the beginning of a sentence.
func name(d farm.Device) string {
	kind := "Device"
	switch d.Kind {
	case farm.Reader:
		kind = "Reader"
	case farm.Card:
		kind = "Card"
	case farm.Power:
		kind = "Power port"
	}
	return kind + " " + d.ID + " of " + d.Host
}

func on(host string) string {
	if host == "" {
		return ""
	}
	return " on host " + host
}

// colon joins a reason, without the stop that the sentence gets.
func colon(reason string) string {
	if reason = strings.TrimRight(strings.TrimSpace(reason), "."); reason == "" {
		return ""
	}
	return ": " + reason
}
