//go:build linux

package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/hub"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/jetstream"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/planner"
)

// size is how large a farm is.
type size struct {
	nodes, planners, hosts, readers, desks, cells int // cells: of the run that a fault happens to
	ttl                                           time.Duration
	unfenced                                      bool
}

// bed is a farm that runs.
type bed struct {
	*testing.T
	layout
	*cables
	random *rand.Rand
	store  *jetstream.Farm
	book   *planner.Ledger
	nodes  []*process
	plans  []*process
	hosts  []*process
	desks  []*process
}

// grow builds a farm and starts all of it.
func grow(t *testing.T, s size, seed uint64) *bed {
	t.Helper()
	dir, err := os.MkdirTemp("", "hilchaos") // short: a socket's path is limited
	if err != nil {
		t.Fatal(err)
	}
	b := &bed{T: t, cables: lay(t), random: rand.New(rand.NewPCG(seed, 7))}
	b.layout = layout{Dir: dir, Readers: s.readers, TTL: s.ttl, Grace: s.ttl / 2, AckWait: 2 * s.ttl, Unfenced: s.unfenced}
	t.Cleanup(b.clear)
	authority, err := hub.NewAuthority(time.Now(), time.Hour)
	b.must(err)
	b.grow("node", s.nodes, authority, hub.Hub, &b.Nodes, &b.nodes)
	b.grow("planner", s.planners, authority, hub.Planner, &b.Planners, &b.plans)
	b.grow("host", s.hosts, authority, hub.Host, &b.Hosts, &b.hosts)
	b.grow("desk", s.desks, authority, hub.Planner, &b.Desks, &b.desks)
	b.identity("test", hub.Planner, authority)
	raw, err := json.Marshal(b.layout)
	b.must(err)
	b.must(os.WriteFile(b.file(), raw, 0o600))
	b.begin()
	return b
}

// grow makes namespaces for some processes of a role.
func (b *bed) grow(role string, n int, a *hub.Authority, as hub.Role, names *[]string, processes *[]*process) {
	b.Helper()
	for i := range n {
		namespace, address := b.join()
		name := fmt.Sprintf("%s%d", role, i+1)
		if role == "node" {
			name = address
		}
		b.identity(name, as, a)
		*names = append(*names, name)
		*processes = append(*processes, &process{t: b.T, role: role, name: name, namespace: namespace})
	}
}

func (b *bed) identity(name string, as hub.Role, a *hub.Authority) {
	b.Helper()
	r := hub.Request{Name: hub.Name{Role: as, ID: name}, Life: time.Hour}
	if as == hub.Hub {
		r.Servers = []string{name}
	}
	if as == hub.Host { // a disk of its own, and a small one
		b.must(os.MkdirAll(b.of(name), 0o755))
		b.must(syscall.Mount("none", b.of(name), "tmpfs", 0, "size=16m"))
	}
	i, err := a.New(time.Now(), r)
	b.must(err)
	b.must(i.Save(filepath.Join(b.of(name), "identity")))
}

// begin starts everything, the hub first.
func (b *bed) begin() {
	b.Helper()
	devices := &process{t: b.T, l: b.layout, role: "witness", name: "witness"}
	devices.start()
	b.Cleanup(devices.kill)
	b.start(b.nodes)
	nc, err := b.dial("test")
	b.must(err)
	b.Cleanup(nc.Close)
	b.store, err = jetstream.New(nc, b.settings())
	b.must(err)
	b.await("the hub", func(ctx context.Context) error { return b.store.Lay(ctx) })
	b.book, err = openLedger(b.Context(), b.layout, "test")
	b.must(err)
	b.start(b.plans)
	b.start(b.hosts)
	b.start(b.desks)
}

func (b *bed) start(all []*process) {
	for _, p := range all {
		p.l = b.layout
		p.start()
		b.Cleanup(p.kill)
	}
}

// clear removes what is left of a farm; of one that failed its logs stay.
func (b *bed) clear() {
	for _, h := range b.Hosts {
		_ = syscall.Unmount(b.of(h), syscall.MNT_DETACH)
	}
	if b.Failed() {
		b.Logf("logs are in %s", b.Dir)
		return
	}
	_ = os.RemoveAll(b.Dir)
}

func (b *bed) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// patience is after what something never happens; nothing is asserted to be fast.
const patience = 3 * time.Minute

// await tries until it works.
func (b *bed) await(what string, try func(context.Context) error) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), patience)
	defer cancel()
	for {
		one, end := context.WithTimeout(ctx, patience/6)
		err := try(one)
		end()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			b.Fatalf("%s: %v", what, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

var errNotYet = errors.New("not yet")

// submit asks for a run in which each cell can run on each host.
func (b *bed) submit(id string, cells int) {
	b.Helper()
	r := planner.Run{ID: id, Attempts: 50, Asked: time.Now()}
	for n := range cells {
		c := planner.Cell{ID: fmt.Sprintf("cell-%03d", n), Job: json.RawMessage(fmt.Sprint(n))}
		for _, k := range b.random.Perm(len(b.Hosts) * b.Readers) {
			h, i := b.Hosts[k/b.Readers], k%b.Readers
			c.Places = append(c.Places, planner.Place{Host: h, Devices: []farm.Device{reader(h, i), power(h, i)}})
		}
		r.Cells = append(r.Cells, c)
	}
	b.await("the run is taken", func(ctx context.Context) error { return b.book.Submit(ctx, r) })
}

// done is how many cells of a run have ended.
func (b *bed) done(ctx context.Context, run string) (int, error) {
	list, err := b.store.Run(ctx, run)
	if errors.Is(err, farm.ErrUnknown) {
		return 0, nil
	}
	n := 0
	for _, c := range list {
		if c.Phase == farm.Done {
			n++
		}
	}
	return n, err
}

// reach waits until so many cells have ended.
func (b *bed) reach(run string, n int) {
	b.Helper()
	b.await(fmt.Sprintf("%d cells end", n), func(ctx context.Context) error {
		have, err := b.done(ctx, run)
		if err == nil && have < n {
			err = fmt.Errorf("%w: %d", errNotYet, have)
		}
		return err
	})
}

// end waits for the planner's word that a run has ended.
func (b *bed) end(run string) planner.Run {
	b.Helper()
	var r planner.Run
	b.await("the run ends", func(ctx context.Context) (err error) {
		r, err = b.book.Read(ctx, run)
		if err == nil && r.End == nil {
			have, _ := b.done(ctx, run)
			err = fmt.Errorf("%w: %d cells", errNotYet, have)
		}
		return err
	})
	return r
}

// logs says how often a line of a process's log has all of some words.
func (b *bed) logs(name string, words ...string) (n int) {
	raw, _ := os.ReadFile(filepath.Join(b.Dir, name+".log"))
	for line := range strings.Lines(string(raw)) {
		all := true
		for _, w := range words {
			all = all && strings.Contains(line, w)
		}
		if all {
			n++
		}
	}
	return n
}
