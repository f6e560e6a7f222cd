//go:build linux

package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/host"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/hub"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/jetstream"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/planner"
	"github.com/smartcard-connect/smartcard-connect/hil/pcscd"
)

// node is one server of the hub; its name is its address.
func node(ctx context.Context, l layout, name string) error {
	identity, err := hub.LoadIdentity(filepath.Join(l.of(name), "identity"))
	if err != nil {
		return err
	}
	n := hub.Node{Dir: filepath.Join(l.of(name), "store"), Clients: name + clients, Leaves: name + leaves, Identity: identity, Log: logger()}
	if len(l.Nodes) > 1 {
		n.Name, n.Routes, n.Peers = name, name+routes, l.at(routes)
	}
	if _, err := n.Start(); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// plan is a planner; one of them leads.
func plan(ctx context.Context, l layout, name string) error {
	nc, err := l.dial(name)
	if err != nil {
		return err
	}
	store, err := jetstream.New(nc, l.settings())
	if err != nil {
		return err
	}
	book, err := openLedger(ctx, l, name)
	if err != nil {
		return err
	}
	p := planner.Planner{
		Farm: store, Queue: store, Book: book, Holder: farm.Holder{Host: name, Boot: fmt.Sprint(os.Getpid(), time.Now().UnixNano())},
		TTL: l.TTL, Grace: l.Grace, Tick: 200 * time.Millisecond, Ahead: 2 * l.Readers, Stuck: 10 * (l.TTL + l.Grace),
		Log: logger(), Now: time.Now,
	}
	p.Lead(ctx)
	return nil
}

func openLedger(ctx context.Context, l layout, name string) (*planner.Ledger, error) {
	nc, err := l.dial(name)
	if err != nil {
		return nil, err
	}
	for {
		one, cancel := context.WithTimeout(ctx, 5*time.Second)
		book, err := planner.OpenLedger(one, nc, l.replicas())
		cancel()
		if err == nil || ctx.Err() != nil || !errors.Is(err, farm.ErrUnavailable) {
			return book, err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// serve is a host's daemon with its own server, in the host's namespaces.
func serve(ctx context.Context, l layout, name string) error {
	identity, err := hub.LoadIdentity(filepath.Join(l.of(name), "identity"))
	if err != nil {
		return err
	}
	state, err := host.OpenState(filepath.Join(l.of(name), "state"))
	if err != nil {
		return err
	}
	leaf, err := hub.Leaf{Host: name, Dir: filepath.Join(l.of(name), "leaf"), Hub: l.at(leaves), Identity: identity, Log: logger()}.Start()
	if err != nil {
		return err
	}
	nc, err := leaf.Connect("daemon")
	if err != nil {
		return err
	}
	store, err := jetstream.New(nc, l.settings())
	if err != nil {
		return err
	}
	guard := &host.Guard{Host: name, Marks: state.Marks, Gadgets: gadgets{l.witness()}}
	if l.Unfenced {
		guard.Marks = nobody{}
	}
	if err := host.Serve(ctx, nc, guard); err != nil {
		return err
	}
	go watchPCSCD(ctx, l, name)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	d := host.Daemon{
		Host: name, Boot: fmt.Sprint(os.Getpid(), time.Now().UnixNano()), Farm: store, Guard: guard, Journal: state.Journal,
		Runner:  host.Exec{Path: self, Env: append(os.Environ(), envRole+"=cell"), Now: time.Now},
		Archive: archive(store), Able: state.Able, AtOnce: l.Readers, TTL: l.TTL, Most: 20 * l.TTL, Extend: l.AckWait / 4,
		Log: logger(), Now: time.Now,
	}
	return d.Run(ctx)
}

// archive passes a host's journal on to the hub.
func archive(store *jetstream.Farm) func(context.Context, host.Entry) error {
	return func(ctx context.Context, e host.Entry) error {
		return store.Ledger().Append(ctx, jetstream.Entry{Work: e.Work, Token: e.Token, Outcome: e.Outcome})
	}
}

// nobody are the marks of a host without fencing.
type nobody struct{}

func (nobody) Admit(farm.Token, ...farm.Device) error { return nil }
func (nobody) Check(farm.Token, farm.Device) error    { return nil }
func (nobody) End(farm.Token, ...farm.Device) error   { return nil }
func (nobody) Behind(farm.Record) bool                { return false }

// watchPCSCD keeps a real pcscd running, as systemd does. Its /run is the host's
// own, and so is its network.
func watchPCSCD(ctx context.Context, l layout, name string) {
	for ctx.Err() == nil {
		cmd := exec.Command("pcscd", "--foreground")
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		_ = os.Remove(pcscd.Socket)
		_ = os.Remove(filepath.Join(filepath.Dir(pcscd.Socket), "pcscd.pid"))
		if err := cmd.Start(); err == nil {
			_ = os.WriteFile(filepath.Join(l.Dir, name+".pcscd"), fmt.Append(nil, cmd.Process.Pid), 0o600)
			_ = cmd.Wait()
		}
		time.Sleep(300 * time.Millisecond)
	}
}

// stand stands in for the conformance program: some 50 to 200 ms in which it
// moves a card and asks pcscd whether it is well.
func stand(ctx context.Context, _ layout, _ string) error {
	var w farm.Work
	if err := json.NewDecoder(os.Stdin).Decode(&w); err != nil {
		return err
	}
	o := farm.Outcome{Verdict: "PASS", Result: w.Job}
	if err := move(ctx, w); err != nil {
		o = farm.Outcome{Verdict: "MISS", Reason: err.Error()}
	}
	return json.NewEncoder(os.Stdout).Encode(o)
}

func move(ctx context.Context, w farm.Work) error {
	for _, verb := range []string{host.PowerOn, host.Insert, host.Press, host.Identify, host.Press, host.Remove} {
		q := host.Request{Device: w.Devices[0], Verb: verb}
		if verb == host.PowerOn {
			q.Device = w.Devices[1]
		}
		if _, err := host.Ask(ctx, os.Getenv(host.EnvActuator), os.Getenv(host.EnvSecret), q); err != nil {
			return fmt.Errorf("%s: %w", verb, err)
		}
		time.Sleep(time.Duration(5+rand.IntN(25)) * time.Millisecond)
	}
	_, err := pcscd.Readers(ctx, pcscd.Socket)
	return err
}

// presses are how often a desk commands a reader that it holds.
const presses = 5

// desk is a person's program somewhere else that reserves a reader now and then
// and works with it, and never looks at the clock: only the fence keeps it from
// disturbing whoever comes after.
func desk(ctx context.Context, l layout, name string) error {
	nc, err := l.dial(name)
	if err != nil {
		return err
	}
	store, err := jetstream.New(nc, l.settings())
	if err != nil {
		return err
	}
	remote := host.Remote{NC: nc, Most: 5 * time.Second}
	for ctx.Err() == nil {
		d := reader(l.Hosts[rand.IntN(len(l.Hosts))], rand.IntN(l.Readers))
		who := farm.Holder{Person: name, Boot: fmt.Sprint(os.Getpid())}
		one, cancel := context.WithTimeout(ctx, l.TTL)
		g, err := store.Acquire(one, who, l.TTL, d)
		cancel()
		if err != nil {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		for range presses {
			_, err := remote.Command(ctx, host.Command{Device: d, Verb: host.Press, Key: "1", Token: g.Token, Holder: who})
			if errors.Is(err, farm.ErrStale) {
				logger().Info("refused", "fence", g.Token.Fence, "error", err)
			}
			time.Sleep(30 * time.Millisecond)
		}
		one, cancel = context.WithTimeout(ctx, l.TTL)
		_ = store.Release(one, g, "")
		cancel()
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
	}
	return nil
}

// gadgets hand everything to the witness.
type gadgets struct{ socket string }

func (g gadgets) Do(ctx context.Context, c host.Command) (string, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", g.socket)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if err := json.NewEncoder(conn).Encode(c); err != nil {
		return "", err
	}
	var said string
	return said, json.NewDecoder(conn).Decode(&said)
}
