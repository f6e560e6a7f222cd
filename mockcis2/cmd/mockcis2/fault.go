package main

import (
	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// faultCommands are about how the provider misbehaves.
type faultCommands struct {
	List faultList `cmd:"" default:"withargs" help:"List the faults: those there are, or with --on those that are on in a running provider."`
	On   faultOn   `cmd:"" help:"Switch a fault on in a running provider."`
	Off  faultOff  `cmd:"" help:"Switch a fault off in a running provider, or all of them."`
}

type faultList struct {
	remote
	listing
	On bool `help:"Only those that are on in the running provider."`
}

// Run lists the faults.
func (c faultList) Run(w world) error {
	on := map[string]bool{}
	if c.On {
		door, err := c.door()
		if err != nil {
			return err
		}
		var ids []string
		if err := door.Ask(w.ctx, "GET", nil, &ids, "faults"); err != nil {
			return err
		}
		for _, id := range ids {
			on[id] = true
		}
	}
	rows := []row{}
	for _, f := range fault.All {
		if on[f.ID] || !c.On {
			rows = append(rows, row{f.ID, f.Title, f.Why, f.MustDo})
		}
	}
	return c.print(w, rows)
}

type faultOn struct {
	remote
	ID string `arg:"" help:"As listed."`
}

// Run switches one on.
func (c faultOn) Run(w world) error {
	door, err := c.door()
	if err != nil {
		return err
	}
	return door.Ask(w.ctx, "POST", map[string]string{"id": c.ID}, nil, "faults")
}

type faultOff struct {
	remote
	ID string `arg:"" optional:"" help:"As listed; none is all."`
}

// Run switches one or all off.
func (c faultOff) Run(w world) error {
	door, err := c.door()
	if err != nil {
		return err
	}
	path := []string{"faults"}
	if c.ID != "" {
		path = append(path, c.ID)
	}
	return door.Ask(w.ctx, "DELETE", nil, nil, path...)
}
