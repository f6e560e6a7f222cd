package planner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Run is what was asked for: cells in the order in which they should be begun.
type Run struct {
	ID       string    `json:"id"`
	Title    string    `json:"title,omitempty"`
	Attempts int       `json:"attempts,omitempty"` // most at one cell; 0 is 3
	Asked    time.Time `json:"asked"`
	Cells    []Cell    `json:"cells,omitempty"`
	End      *End      `json:"end,omitempty"` // set once all cells have ended
}

// Cell is one of them, and where it can run.
type Cell struct {
	ID     string          `json:"id"`
	Places []Place         `json:"places"` // best first
	Job    json.RawMessage `json:"job,omitempty"`
	Trace  string          `json:"trace,omitempty"` // W3C traceparent
}

// Place is a host that can run a cell, and what it needs for that.
type Place struct {
	Host    string        `json:"host"`
	Devices []farm.Device `json:"devices"`
}

// End is how a run ended.
type End struct {
	Time     time.Time      `json:"time"`
	Verdicts map[string]int `json:"verdicts"` // how many cells per verdict
	Attempts int            `json:"attempts"` // at all cells
	Planner  farm.Token     `json:"planner"`  // that saw the end
}

// ErrInvalid is wrapped by errors about a run that means nothing.
var ErrInvalid = errors.New("no such run can be asked for")

// Check refuses a run that no planner could follow.
func (r Run) Check() error {
	if r.ID == "" || len(r.Cells) == 0 || r.Attempts < 0 {
		return fmt.Errorf("%w: it needs an ID and cells", ErrInvalid)
	}
	seen := map[string]bool{}
	for _, c := range r.Cells {
		if c.ID == "" || seen[c.ID] {
			return fmt.Errorf("%w: the cell ID %q is empty or there twice", ErrInvalid, c.ID)
		}
		seen[c.ID] = true
		if err := c.check(); err != nil {
			return err
		}
	}
	return nil
}

func (c Cell) check() error {
	if len(c.Places) == 0 {
		return fmt.Errorf("%w: cell %s has no place to run", ErrInvalid, c.ID)
	}
	for _, p := range c.Places {
		if p.Host == "" || p.Host == Nobody {
			return fmt.Errorf("%w: cell %s has a place at host %q", ErrInvalid, c.ID, p.Host)
		}
		if err := farm.Check(time.Second, p.Devices...); err != nil {
			return fmt.Errorf("%w: cell %s: %w", ErrInvalid, c.ID, err)
		}
	}
	return nil
}

func (r Run) attempts() int {
	if r.Attempts > 0 {
		return r.Attempts
	}
	return 3
}

// Book is where runs are kept, for whichever planner leads.
type Book interface {
	// Submit keeps a run, whole or not at all. The same ID again is ErrInvalid.
	Submit(ctx context.Context, r Run) error
	// Open are the runs that have not ended, in the order they were asked for,
	// without their cells.
	Open(ctx context.Context) ([]Run, error)
	// Read is one run with all its cells, or farm.ErrUnknown.
	Read(ctx context.Context, id string) (Run, error)
	// Close says that a run has ended. Closing it again changes nothing.
	Close(ctx context.Context, id string, end End) error
}
