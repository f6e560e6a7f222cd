package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/alecthomas/kong"
	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/hub"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/jetstream"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/planner"
)

// serveCommand is a farm's hub.
type serveCommand struct {
	Config   kong.ConfigFlag `placeholder:"FILE" help:"Flags of this command from a JSON object, such as {\"clients\": \":4222\"}."`
	Dir      string          `default:"out/hub" type:"path" help:"What the hub keeps: leases, cells, results, runs."`
	Identity string          `type:"existingdir" placeholder:"DIR" help:"This node's identity, from 'hil identity issue --role hub'."`
	Clients  string          `default:":4222" placeholder:"ADDR" help:"Where planners, 'hil submit' and hosts without a server of their own come in."`
	Leaves   string          `default:":7422" placeholder:"ADDR" help:"Where hosts come in."`
	Node     string          `placeholder:"NAME" help:"In a cluster: this node's name. Default: a hub of one node."`
	Routes   string          `placeholder:"ADDR" help:"In a cluster: where the other nodes come in."`
	Peer     []string        `placeholder:"ADDR" help:"In a cluster: the nodes' routes, all of them."`
	Replicas int             `default:"1" least:"1" most:"5" help:"On how many nodes everything is kept: 3 in a cluster of three."`
	Planner  bool            `default:"true" negatable:"" help:"Plan here too. Of all planners one leads."`
	pageFlags
	traceFlags
	Grace time.Duration `default:"10s" least:"0s" most:"1h" help:"How long after a lease its devices stay closed. The same at all hubs and hosts."`
}

// Help is what the command's --help teaches.
func (serveCommand) Help() string {
	return `A farm has one hub, of one node or three, and a daemon on each host ('hil host').
Everybody shows a certificate of the farm's own authority:

    hil identity authority authority
    hil identity issue --authority authority --role hub --name hub --server hub.example hub
    hil identity issue --authority authority --role host --name bench-1 bench-1
    hil serve --identity hub

A cluster of three, on each of its machines:

    hil serve --identity n1 --node n1 --routes :6222 --replicas 3 \
        --peer n1.example:6222 --peer n2.example:6222 --peer n3.example:6222

Exit codes: 0 stopped by a signal, 2 it could not go on, 64 wrong use.`
}

// hubView is what a page of the hub is made from.
type hubView struct {
	nc   *nats.Conn
	farm *jetstream.Farm
	book *planner.Ledger
}

// Run serves until a signal.
func (c serveCommand) Run(w world) error {
	if c.Identity == "" {
		return fmt.Errorf("%w: --identity is missing; hil serve --help shows how to make one", errUsage)
	}
	log := slog.New(slog.NewTextHandler(w.stderr, nil))
	identity, err := hub.LoadIdentity(c.Identity)
	if err != nil {
		return err
	}
	n := hub.Node{Name: c.Node, Dir: c.Dir, Clients: c.Clients, Leaves: c.Leaves, Routes: c.Routes, Peers: c.Peer, Identity: identity, Log: log}
	server, err := n.Start()
	if err != nil {
		return err
	}
	defer server.Close()
	view, err := c.open(w.ctx, server, log)
	if err != nil {
		return err
	}
	at, page := server.Addresses(), ""
	var l net.Listener
	if c.HTTP != "" {
		if l, err = c.listen(); err != nil {
			return err
		}
		page = l.Addr().String()
	}
	_, _ = fmt.Fprintf(w.stdout, "{\"ready\":true,\"clients\":%q,\"leaves\":%q,\"routes\":%q,\"http\":%q}\n", at.Clients, at.Leaves, at.Routes, page)
	return c.work(w, view, l, log)
}

// open makes or finds what the farm keeps things in. In a cluster that waits for
// most of the nodes.
func (c serveCommand) open(ctx context.Context, server *hub.Server, log *slog.Logger) (hubView, error) {
	nc, err := server.Connect("hub")
	if err != nil {
		return hubView{}, err
	}
	v := hubView{nc: nc}
	if v.farm, err = jetstream.New(nc, jetstream.Settings{Grace: c.Grace, Replicas: c.Replicas, Log: log}); err != nil {
		return v, err
	}
	for ctx.Err() == nil {
		one, cancel := context.WithTimeout(ctx, 10*time.Second)
		if err = v.farm.Lay(one); err == nil {
			v.book, err = planner.OpenLedger(one, nc, c.Replicas)
		}
		cancel()
		if err == nil {
			return v, nil
		}
		log.Info("the hub is not ready yet", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
	return v, ctx.Err()
}

// work plans, and shows to who comes by l, until a signal.
func (c serveCommand) work(w world, v hubView, l net.Listener, log *slog.Logger) error {
	tracer, _, closing, err := c.tracer(w, "hil planner", log)
	if err != nil {
		return err
	}
	defer closing()
	group, ctx := errgroup.WithContext(w.ctx)
	if c.Planner {
		p := planner.Planner{
			Tracer: tracer,
			Farm:   v.farm, Queue: v.farm, Book: v.book, Grace: c.Grace, Log: log, Now: w.now,
			Holder: farm.Holder{Host: w.host + "/" + c.Node, Boot: boot(w)},
		}
		group.Go(func() error { p.Lead(ctx); return nil })
	}
	if l != nil {
		group.Go(func() error { return c.show(ctx, w, c.Dir, v, l, log) })
	}
	<-ctx.Done()
	return group.Wait()
}

// boot is a name for this start of this program, never the same twice.
func boot(w world) string { return fmt.Sprintf("%d-%d", w.now().UnixNano(), os.Getpid()) }
