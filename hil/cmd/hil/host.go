package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/alecthomas/kong"
	"github.com/nats-io/nats.go"

	"github.com/smartcard-connect/smartcard-connect/hil/farm/host"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/hub"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/jetstream"
	"github.com/smartcard-connect/smartcard-connect/hil/gadget"
	"github.com/smartcard-connect/smartcard-connect/hil/inventory"
)

// hostCommand is the daemon of one host of a farm, and on Windows its service.
type hostCommand struct {
	Run       hostRunCommand       `cmd:"" default:"withargs" help:"Be the daemon, until a signal. This is what 'hil host' does."`
	Install   hostInstallCommand   `cmd:"" help:"Windows: have the daemon started with the machine, with these flags."`
	Uninstall hostUninstallCommand `cmd:"" help:"Windows: stop the service and remove it."`
	Start     hostStartCommand     `cmd:"" help:"Windows: start the service."`
	Stop      hostStopCommand      `cmd:"" help:"Windows: stop the service; its cells begin anew elsewhere or later."`
}

// Help is what the command's --help teaches.
func (hostCommand) Help() string { return hostRunCommand{}.Help() }

// hostRunCommand is the daemon.
type hostRunCommand struct {
	hostFlags
	Service bool `hidden:"" help:"We were started by Windows' service manager."`
}

// hostFlags say what the daemon is for.
type hostFlags struct {
	where
	Config   kong.ConfigFlag   `placeholder:"FILE" help:"Flags of this command from a JSON object."`
	Hub      []string          `required:"" placeholder:"ADDR" help:"The hub's nodes: where they let hosts in (--leaves), or with --direct clients (--clients)."`
	Identity string            `required:"" type:"existingdir" placeholder:"DIR" help:"This host's identity, from 'hil identity issue --role host'."`
	Name     string            `default:"${host}" help:"This host's name, as in its identity."`
	Dir      string            `default:"out/host" type:"path" help:"What the host keeps: what its devices have obeyed, its journal, logs. On a disk of its own machine."`
	State    string            `type:"path" placeholder:"DIR" help:"Where this machine keeps who has its gadgets. Default: hil in the user's state folder."`
	Direct   bool              `help:"Be a client of the hub, without a server of one's own."`
	AtOnce   int               `default:"2" least:"1" most:"1000" help:"How many cells run at the same time."`
	TTL      time.Duration     `name:"ttl" default:"45s" least:"1s" most:"1h" help:"How long a lease lasts without being renewed."`
	Build    map[string]string `placeholder:"ID=DIR" help:"Where this host has the programs of a build that plan files name."`
	Grace    time.Duration     `default:"10s" least:"0s" most:"1h" help:"As at the hub."`
	traceFlags
}

// Help is what the command's --help teaches.
func (hostRunCommand) Help() string {
	return `The daemon takes this host's cells from the hub, holds their devices while they
run, and is the only way to its devices: a command with the token of an earlier
lease is refused, whoever sends it.

    hil host --hub hub.example:7422 --identity bench-1 --name bench-1 --rig bench.yaml

On Windows, as a service, with the same flags ('hil host start' starts it now):

    hil host install --hub hub.example:7422 --identity bench-1 --name bench-1 --rig bench.yaml

The bench file says which readers this host has and what moves their cards;
'hil devices --write bench.yaml' makes a first one. While the daemon runs, 'hil
insert' and the like are refused on this machine.

While the hub is away, what runs goes on until its lease ends, and what has been
found is kept in DIR/state/journal.jsonl and passed on later. Two daemons cannot
share a DIR.

Exit codes: 0 stopped by a signal, 2 it could not go on, 64 wrong use.`
}

// Run works until a signal, or the service manager's word.
func (c hostRunCommand) Run(w world) error {
	if c.Service {
		return c.serve(w)
	}
	return c.work(w, func() {
		_, _ = fmt.Fprintf(w.stdout, "{\"ready\":true,\"host\":%s}\n", strconv.Quote(c.Name))
	})
}

// work is the daemon; ready is called once it takes work.
func (c hostFlags) work(w world, ready func()) error {
	if err := host.CheckName(c.Name); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	log := slog.New(slog.NewTextHandler(w.stderr, nil))
	state, err := host.OpenState(filepath.Join(c.Dir, "state"))
	if err != nil {
		return err
	}
	defer func() { _ = state.Close() }()
	nc, closing, err := c.connect(log)
	if err != nil {
		return err
	}
	defer closing()
	store, err := jetstream.New(nc, jetstream.Settings{Grace: c.Grace, Log: log})
	if err != nil {
		return err
	}
	runner, traced, err := c.runner(w, log)
	if err != nil {
		return err
	}
	defer traced()
	gadgets, release, err := c.gadgets(w, nc)
	if err != nil {
		return err
	}
	defer func() { _ = release() }()
	most, whole := gadgets.patience()
	guard := &host.Guard{Host: c.Name, Marks: state.Marks, Gadgets: gadgets, Most: most}
	if err := host.Serve(w.ctx, nc, guard); err != nil {
		return err
	}
	d := host.Daemon{
		Host: c.Name, Boot: boot(w), Farm: store, Guard: guard, Journal: state.Journal, Runner: runner,
		There: host.Remote{NC: nc, Most: most}, Most: whole, Archive: archive(store), Able: state.Able,
		AtOnce: c.AtOnce, TTL: c.TTL, Log: log, Now: w.now,
	}
	ready()
	return d.Run(w.ctx)
}

// connect joins the hub, with a server of the host's own or without.
func (c hostFlags) connect(log *slog.Logger) (*nats.Conn, func(), error) {
	identity, err := hub.LoadIdentity(c.Identity)
	if err != nil {
		return nil, nil, err
	}
	if c.Direct {
		nc, err := hub.Dial(c.Name, identity, c.Hub...)
		if err != nil {
			return nil, nil, err
		}
		return nc, nc.Close, nil
	}
	leaf, err := hub.Leaf{Host: c.Name, Dir: filepath.Join(c.Dir, "leaf"), Hub: c.Hub, Identity: identity, Log: log}.Start()
	if err != nil {
		return nil, nil, err
	}
	nc, err := leaf.Connect("daemon")
	if err != nil {
		leaf.Close()
		return nil, nil, err
	}
	return nc, func() { nc.Close(); leaf.Close() }, nil
}

// gadgets are those of the bench file, claimed for as long as the daemon lives.
// What they ask of a person, they ask on the farm's page where it has one.
func (c hostFlags) gadgets(w world, nc *nats.Conn) (moves, func() error, error) {
	r, err := c.rig()
	if err == nil {
		err = gadget.Check(r)
	}
	if err != nil {
		return moves{}, nil, err
	}
	look := inventory.Look{System: w.cards}
	m := moves{bench: w.gadgets(r), name: c.Name, look: look.Readers}
	m.bench.World.Asker = host.People{NC: nc, Host: c.Name, Else: m.bench.World.Asker}
	if len(r.Gadgets) == 0 { // a bench of software: there is nothing to claim
		return m, func() error { return nil }, nil
	}
	dir, err := stateDir(w, c.State)
	if err != nil {
		return m, nil, err
	}
	release, err := gadget.Claim(dir)
	return m, release, err
}

// runner starts this program again for each cell.
func (c hostFlags) runner(w world, log *slog.Logger) (host.Runner, func(), error) {
	tracer, settings, closing, err := c.tracer(w, "hil host", log)
	if err != nil {
		return nil, nil, err
	}
	args := []string{"cell-run", "--bin", c.programs(w).Bin, "--out", filepath.Join(c.Dir, "cells")}
	if c.Rig != "" {
		args = append(args, "--rig", c.Rig)
	}
	if c.State != "" {
		args = append(args, "--state", c.State)
	}
	for _, id := range slices.Sorted(maps.Keys(c.Build)) {
		args = append(args, "--build", id+"="+c.Build[id])
	}
	return host.Exec{
		Path: w.self, Args: args, Env: w.env, Logs: filepath.Join(c.Dir, "logs"), Now: w.now,
		Tracer: tracer, Traces: settings,
	}, closing, nil
}

// archive passes a host's journal on to the hub's results.
func archive(store *jetstream.Farm) func(context.Context, host.Entry) error {
	return func(ctx context.Context, e host.Entry) error {
		return store.Ledger().Append(ctx, jetstream.Entry{Work: e.Work, Token: e.Token, Outcome: e.Outcome})
	}
}
