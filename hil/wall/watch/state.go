// Package watch looks at a farm again and again, and keeps what a person wants
// to see of it: what stands where now, what has changed, and what each reader
// and card went through. Page, metrics and hooks all live from it.
package watch

import (
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// State is the farm at one moment. Slices are ordered and never nil.
type State struct {
	Time     time.Time `json:"time"`              // when the farm was looked at
	Trouble  string    `json:"trouble,omitempty"` // why it could not be looked at since
	Readers  []Reader  `json:"readers"`
	Cards    []Card    `json:"cards"`
	Runs     []Run     `json:"runs"` // newest first
	Queue    Queue     `json:"queue"`
	Requests []Request `json:"requests"` // what people are asked to do
}

// Lease is who has a device.
type Lease struct {
	Person  string    `json:"person,omitempty"` // instead of a cell
	Run     string    `json:"run,omitempty"`
	Cell    string    `json:"cell,omitempty"`
	Attempt int       `json:"attempt,omitempty"`
	Host    string    `json:"host,omitempty"` // of who holds it
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`
	Over    bool      `json:"over,omitempty"` // its time is past, and nobody has taken over
}

// Reader is one tile of the wall.
type Reader struct {
	ID     string     `json:"id"`             // "desk/1-1.3"
	Host   string     `json:"host"`           //
	Place  string     `json:"place"`          // USB path, or the bench's name for it
	Name   string     `json:"name,omitempty"` // for people
	State  farm.State `json:"state"`
	Health string     `json:"health,omitempty"`
	Reason string     `json:"reason,omitempty"` // of the state
	Card   string     `json:"card,omitempty"`   // serial of the one in it, as far as it is known
	Lease  *Lease     `json:"lease,omitempty"`
	Silent bool       `json:"silent,omitempty"` // its host has not been heard of
}

// Card is one card of the stock.
type Card struct {
	Serial   string     `json:"serial"`
	Title    string     `json:"title,omitempty"`
	Series   string     `json:"series,omitempty"`
	Home     string     `json:"home"` // host of its gadget, or "floor"
	Test     bool       `json:"test"` // it may be written and locked
	State    farm.State `json:"state"`
	Reason   string     `json:"reason,omitempty"`
	Where    string     `json:"where,omitempty"` // ID of the reader that it is in
	Lease    *Lease     `json:"lease,omitempty"`
	Expires  *time.Time `json:"expires,omitempty"` // its first certificate that does
	Tries    *int       `json:"tries,omitempty"`   // left on its passcode, as last seen
	Budget   Loss       `json:"budget"`            // what it may lose in its life
	Spent    Loss       `json:"spent"`             // what it has lost
	Warnings []string   `json:"warnings"`          // a sentence each
}

// Loss is what a card loses by being tested.
type Loss struct {
	Writes int `json:"writes"` // changes of its memory
	Tries  int `json:"tries"`  // wrong passcodes sent on purpose
	Locks  int `json:"locks"`  // times it was locked on purpose
}

// Run is where a run stands.
type Run struct {
	ID       string         `json:"id"`
	Cells    int            `json:"cells"`
	Waiting  int            `json:"waiting"`
	Running  int            `json:"running"`
	Done     int            `json:"done"`
	Verdicts map[string]int `json:"verdicts"` // of those that are done
	Began    *time.Time     `json:"began,omitempty"`
	Ended    *time.Time     `json:"ended,omitempty"`  // of one that is over
	Left     *int           `json:"left_s,omitempty"` // seconds, guessed from what is done
	Red      []Red          `json:"red"`              // not PASS and not SKIP, at most MostRed
}

// Red is a cell that did not pass.
type Red struct {
	Cell    string `json:"cell"`
	Verdict string `json:"verdict"`
	Reason  string `json:"reason,omitempty"`
	Attempt int    `json:"attempt"`
	Host    string `json:"host"`
}

// How much of a long list is in a State. The rest is counted.
const (
	MostRed    = 50
	MostQueued = 50
	MostRuns   = 20
)

// Queue is what is not done in all runs.
type Queue struct {
	Waiting int            `json:"waiting"`
	Running int            `json:"running"`
	Hosts   map[string]int `json:"hosts"` // waiting, by host
	Next    []Queued       `json:"next"`  // at most MostQueued
}

// Queued is a cell that waits or runs.
type Queued struct {
	Run     string     `json:"run"`
	Cell    string     `json:"cell"`
	Attempt int        `json:"attempt"`
	Host    string     `json:"host"`
	Phase   farm.Phase `json:"phase"`
	Why     string     `json:"why"`
}

// Request is something that a person is asked to do at a bench, such as to put a
// card into a reader.
type Request struct {
	ID     string    `json:"id"`
	Text   string    `json:"text"`             // "Put card A1B2 into reader 1-1.3."
	Reader string    `json:"reader,omitempty"` // ID, as in Reader
	Card   string    `json:"card,omitempty"`   // serial
	Since  time.Time `json:"since"`
}

// Warning is how long before its certificates expire a card is warned about.
const Warning = 90 * 24 * time.Hour
