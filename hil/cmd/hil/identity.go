package main

import (
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm/hub"
)

// identityCommand makes who is who in a farm.
type identityCommand struct {
	Authority authorityCommand `cmd:"" help:"Make the authority of a new farm. Its key stays in its folder."`
	Issue     issueCommand     `cmd:"" help:"Make the identity of a hub, a host, a planner or a viewer."`
}

// authorityCommand makes an authority.
type authorityCommand struct {
	Dir  string        `arg:"" type:"path" help:"A new folder."`
	Life time.Duration `default:"87600h" least:"1m" most:"876000h" help:"How long it is good for."`
}

// Run makes it.
func (c authorityCommand) Run(w world) error {
	a, err := hub.NewAuthority(w.now(), c.Life)
	if err != nil {
		return err
	}
	return a.Save(c.Dir)
}

// issueCommand makes an identity.
type issueCommand struct {
	Authority string        `required:"" type:"existingdir" placeholder:"DIR" help:"The farm's."`
	Role      string        `required:"" enum:"hub,host,planner,viewer" help:"hub, host, planner (also for 'hil submit') or viewer."`
	Name      string        `required:"" help:"A host may speak for the host of this name only."`
	Server    []string      `placeholder:"NAME" help:"For a hub: names and addresses it is called by."`
	Life      time.Duration `default:"8760h" least:"1m" most:"876000h" help:"How long it is good for."`
	Dir       string        `arg:"" type:"path" help:"A new folder, to be brought to the machine it is for."`
}

// Run makes it.
func (c issueCommand) Run(w world) error {
	a, err := hub.LoadAuthority(c.Authority)
	if err != nil {
		return err
	}
	i, err := a.New(w.now(), hub.Request{Name: hub.Name{Role: hub.Role(c.Role), ID: c.Name}, Servers: c.Server, Life: c.Life})
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return i.Save(c.Dir)
}
