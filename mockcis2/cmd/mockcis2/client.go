package main

import (
	"encoding/json"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// clientCommands are about applications.
type clientCommands struct {
	List   clientList   `cmd:"" default:"withargs" help:"List them: those of a running provider, or the default ones."`
	Check  clientCheck  `cmd:"" help:"Say what is wrong with a file of applications."`
	Add    clientAdd    `cmd:"" help:"Register or change the applications of a file in a running provider, and print them with their secrets."`
	Remove clientRemove `cmd:"" help:"Forget an application in a running provider."`
}

type clientList struct {
	remote
	listing
}

// Run lists them.
func (c clientList) Run(w world) error {
	all := mockcis2.DefaultClients()
	if c.Control != "" {
		door, err := c.door()
		if err != nil {
			return err
		}
		all = nil
		if err := door.Ask(w.ctx, "GET", nil, &all, "clients"); err != nil {
			return err
		}
	}
	rows := []row{}
	for _, a := range all {
		rows = append(rows, row{ID: a.ID, Title: fmt.Sprintf("%s, %s, back to %s", a.Name, a.Method, a.RedirectURIs[0])})
	}
	return c.print(w, rows)
}

type clientCheck struct {
	File string `arg:"" help:"A JSON array of applications."`
}

// Run checks the file.
func (c clientCheck) Run(w world) error {
	all, err := readClients(c.File)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.stdout, "%s: all well, applications: %d\n", c.File, len(all))
	return err
}

type clientAdd struct {
	remote
	File string `arg:"" help:"A JSON array of applications."`
}

// Run registers every application of the file, or none if one is wrong.
func (c clientAdd) Run(w world) error {
	all, err := readClients(c.File)
	if err != nil {
		return err
	}
	door, err := c.door()
	if err != nil {
		return err
	}
	for _, a := range all {
		var registered op.Client
		if err := door.Ask(w.ctx, "PUT", a, &registered, "clients", a.ID); err != nil {
			return fmt.Errorf("%s: %w", a.ID, err)
		}
		if err := json.NewEncoder(w.stdout).Encode(registered); err != nil {
			return err
		}
	}
	return nil
}

type clientRemove struct {
	remote
	ID string `arg:"" help:"As listed."`
}

// Run forgets one.
func (c clientRemove) Run(w world) error {
	door, err := c.door()
	if err != nil {
		return err
	}
	return door.Ask(w.ctx, "DELETE", nil, nil, "clients", c.ID)
}
