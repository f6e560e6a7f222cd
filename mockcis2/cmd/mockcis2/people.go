package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
)

// peopleCommands are about who can sign in.
type peopleCommands struct {
	List   peopleList   `cmd:"" default:"withargs" help:"List them: those of a running provider, or those that come with the program."`
	Set    peopleSet    `cmd:"" help:"Add or change a persona in a running provider, from a JSON file."`
	Remove peopleRemove `cmd:"" help:"Forget a persona in a running provider."`
}

type peopleList struct {
	remote
	listing
}

// Run lists the personas.
func (c peopleList) Run(w world) error {
	all, err := c.all(w)
	if err != nil {
		return err
	}
	rows := []row{}
	for _, p := range all {
		rows = append(rows, row{ID: p.UUID, Title: p.Name() + ", " + roles(len(p.Roles))})
	}
	return c.print(w, rows)
}

// all are the personas, of the provider if one is named.
func (r remote) all(w world) (all []people.Person, err error) {
	if r.Control == "" {
		return people.Default()
	}
	door, err := r.door()
	if err != nil {
		return nil, err
	}
	return all, door.Ask(w.ctx, "GET", nil, &all, "people")
}

type peopleSet struct {
	remote
	File string `arg:"" help:"The persona, in the form of mockcis2/people/data."`
}

// Run reads the file, checks it and hands it over.
func (c peopleSet) Run(w world) error {
	raw, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	p, err := people.Read(strings.NewReader(string(raw)))
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	door, err := c.door()
	if err != nil {
		return err
	}
	return door.Ask(w.ctx, "PUT", json.RawMessage(raw), nil, "people", p.UUID)
}

type peopleRemove struct {
	remote
	UUID string `arg:"" help:"As listed."`
}

// Run forgets one.
func (c peopleRemove) Run(w world) error {
	door, err := c.door()
	if err != nil {
		return err
	}
	return door.Ask(w.ctx, "DELETE", nil, nil, "people", c.UUID)
}

// find is the one persona that is meant: by UUID, or by a part of the name.
func (r remote) find(w world, who string) (people.Person, error) {
	all, err := r.all(w)
	if err != nil {
		return people.Person{}, err
	}
	var found []people.Person
	for _, p := range all {
		if p.UUID == who {
			return p, nil
		}
		if strings.Contains(strings.ToLower(p.Name()), strings.ToLower(who)) {
			found = append(found, p)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return people.Person{}, fmt.Errorf("%w: --as %q is %d people: `mockcis2 people` lists them", errUsage, who, len(found))
}

func roles(n int) string {
	if n == 1 {
		return "1 role"
	}
	return fmt.Sprintf("%d roles", n)
}
