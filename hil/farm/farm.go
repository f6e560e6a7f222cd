// Package farm is what a rig of many hosts agrees on: which device is held by
// whom, which cell is whose to run, and what came out of it. It has the words
// and the Coordinator; packages below it keep the promise on NATS JetStream.
//
// The invariant is that a device obeys only its newest holder. The host daemon
// that has the device plugged in is its only way in, and refuses every command
// whose Token is older than one it has seen.
package farm

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// Errors that a Coordinator's callers tell apart with errors.Is.
var (
	ErrBusy        = errors.New("a device is held by another")           // wrapped with which and by whom
	ErrLost        = errors.New("the lease is lost")                     // somebody else holds it now, or may
	ErrUnavailable = errors.New("the farm's store cannot be reached")    // not the same as lost: hold on until Grant.Until
	ErrTaken       = errors.New("the cell was committed by another")     // this attempt is stale; its result stays a log entry
	ErrUnknown     = errors.New("there is no such thing in this farm")   // host, device, run or cell
	ErrStale       = errors.New("the command is from an earlier holder") // said by a device's host
)

// Kinds of device. What is leased is one name of one kind on one host.
const (
	Reader = "reader"
	Card   = "card"  // its host is where the gadget that brings it stands; "floor" for one that people carry
	Power  = "power" // a switched port
)

// Device is something that only one holder may touch at a time.
type Device struct {
	Host string `json:"host"`
	Kind string `json:"kind"`
	ID   string `json:"id"` // a reader's USB path such as 1-1.3, a card's serial, a port's number
}

// Token is shown with every command to a device. Tokens of one incarnation are
// ordered by Fence; an incarnation ends when the store is made anew or restored.
type Token struct {
	Incarnation string `json:"incarnation"` // ULID in the lease stream's metadata
	Fence       uint64 `json:"fence"`       // stream sequence of the write that acquired
}

// Holder is who holds a device, and for which attempt at which cell.
type Holder struct {
	Run     string `json:"run"`
	Cell    string `json:"cell"`
	Attempt int    `json:"attempt"`          // from 1
	Host    string `json:"host"`             // of the daemon that asked
	Boot    string `json:"boot"`             // of that daemon's start; a restarted one is another holder
	Person  string `json:"person,omitempty"` // set where a person has reserved it instead
}

// State of a device's one permanent record.
type State string

// States. A record is never deleted: deleted keys can come back to life.
const (
	Free        State = "free"
	Held        State = "held"
	Draining    State = "draining"    // not given out again; a person said so
	Quarantined State = "quarantined" // not given out until repaired and verified twice
)

// Record is what is known of a device. A held record whose Granted + TTL + grace
// is past is as good as free; nothing depends on keys that expire.
type Record struct {
	Device  Device        `json:"device"`
	State   State         `json:"state"`
	Token   Token         `json:"token"` // of the holder, or of the last one
	Holder  *Holder       `json:"holder,omitempty"`
	TTL     time.Duration `json:"ttl_ns,omitempty"`
	Granted time.Time     `json:"granted"` // by the store's clock
	Health  string        `json:"health,omitempty"`
	Reason  string        `json:"reason,omitempty"`
}

// Grant is a lease of several devices, got in one step or not at all.
type Grant struct {
	Token   Token
	Holder  Holder
	Devices []Device
	TTL     time.Duration
	Until   time.Time // by the holder's own monotonic clock: when it must have let go
}

// Work is one attempt at a cell, as a host takes it from the queue.
type Work struct {
	Run     string          `json:"run"`
	Cell    string          `json:"cell"` // ID within the run
	Attempt int             `json:"attempt"`
	Host    string          `json:"host"`
	Devices []Device        `json:"devices"`          // all that it needs
	Job     json.RawMessage `json:"job"`              // for the host's runner; not looked into here
	Trace   string          `json:"trace,omitempty"`  // W3C traceparent
	Planner Token           `json:"planner,omitzero"` // of the planner that published it; an older planner's is refused
	Lost    bool            `json:"lost,omitempty"`   // published because the attempt before was given up: refused if that has ended after all
}

// Phase of a cell's record.
type Phase string

// Phases, in their order.
const (
	Waiting Phase = "waiting"
	Running Phase = "running"
	Done    Phase = "done"
)

// Outcome is what a host commits for an attempt.
type Outcome struct {
	Verdict string          `json:"verdict"` // PASS, FAIL, ERROR, MISS, SKIP
	Reason  string          `json:"reason,omitempty"`
	Digest  string          `json:"digest,omitempty"` // hex SHA-256 of Result
	Result  json.RawMessage `json:"result,omitempty"` // the attempt's result.Cell
	Start   time.Time       `json:"start"`
	End     time.Time       `json:"end"`
	Unfit   []Unfit         `json:"unfit,omitempty"` // devices of the attempt that nobody should get after it
}

// Unfit is a device that an attempt found not fit for use. Its host puts it into
// quarantine.
type Unfit struct {
	Device Device `json:"device"`
	Reason string `json:"reason"`
}

// Progress is the one record of a cell in a run. It rules, not the queue.
type Progress struct {
	Work    Work     `json:"work"`
	Phase   Phase    `json:"phase"`
	Token   Token    `json:"token"` // of the attempt that runs or ran
	Outcome *Outcome `json:"outcome,omitempty"`
}

// Leases are given out by the store.
type Leases interface {
	// Acquire takes all devices at once; ErrBusy names the first that is not to
	// be had. Devices unknown so far come into being.
	Acquire(ctx context.Context, holder Holder, ttl time.Duration, devices ...Device) (Grant, error)
	// Renew prolongs a grant by its TTL. ErrLost: let go at once. ErrUnavailable:
	// go on until Until.
	Renew(ctx context.Context, g *Grant) error
	// Release gives all devices back with what is known of their health.
	Release(ctx context.Context, g Grant, health string) error
	// Set puts a device into a state by order of a person or of the health
	// checks; it raises the fence, so that whoever held it no longer does.
	Set(ctx context.Context, d Device, s State, reason string) (Token, error)
	// Devices are all records.
	Devices(ctx context.Context) ([]Record, error)
}

// Cells are handed out and their results taken.
type Cells interface {
	// Publish adds a run's work, or a later attempt at it.
	Publish(ctx context.Context, work ...Work) error
	// Next waits for work of a host. The delivery is a hint: Begin decides.
	Next(ctx context.Context, host string) (Delivery, error)
	// Begin says that an attempt runs under a grant. ErrTaken: it is no longer
	// this attempt's turn.
	Begin(ctx context.Context, w Work, t Token) error
	// Commit is the attempt's end, by compare-and-set on the cell's record.
	Commit(ctx context.Context, w Work, t Token, o Outcome) error
	// Run is where each cell of a run stands.
	Run(ctx context.Context, run string) ([]Progress, error)
}

// Delivery is work out of the queue.
type Delivery interface {
	Work() Work
	Extend() error // it is still being worked on
	Ack() error    // it need not come again; proves nothing
	Later(d time.Duration) error
}

// Coordinator is all that hosts and planner share.
type Coordinator interface {
	Leases
	Cells
}

// Lister is a Coordinator that can say which runs there are: their IDs, sorted.
// IDs that begin with their time are so by age.
type Lister interface {
	Runs(ctx context.Context) ([]string, error)
}
