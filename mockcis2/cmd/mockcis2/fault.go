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
	ID   string `arg:"" optional:"" help:"Only this one, which may have parameters: provider.hang:n=2."`
	On   bool   `help:"Only the ids that are on in the running provider."`
	JSON bool   `help:"Print JSON, with parameters and what is owed."`
}

// Run lists the faults.
func (c faultList) Run(w world) error {
	if !c.On {
		return listFaults(w.stdout, c.ID, c.JSON)
	}
	door, err := c.door()
	if err != nil {
		return err
	}
	var ids []string
	if err := door.Ask(w.ctx, "GET", nil, &ids, "faults"); err != nil {
		return err
	}
	rows := []row{}
	for _, id := range ids {
		f, err := fault.Find(id)
		if err != nil {
			return err
		}
		rows = append(rows, row{ID: id, Title: f.Title})
	}
	return listing{c.JSON}.print(w, rows)
}

type faultOn struct {
	remote
	ID string `arg:"" help:"As listed; it may have parameters, such as provider.hang:endpoint=userinfo,n=2."`
}

// Run switches one on.
func (c faultOn) Run(w world) error {
	if _, err := fault.Find(c.ID); err != nil {
		return err
	}
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
