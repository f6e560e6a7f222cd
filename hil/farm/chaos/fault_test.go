//go:build linux

package chaos

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/planner"
)

// fault is one thing that is done to a farm, and undone.
type fault struct {
	name string
	do   func(*bed)
}

// faults are all of them, in issue 7's order.
func faults() []fault {
	return []fault{
		{"kill -9 a host daemon", func(b *bed) { b.killed(b.one(b.hosts)) }},
		{"kill -9 the planner", func(b *bed) { b.killed(b.leader()) }},
		{"kill -9 a NATS node", func(b *bed) { b.killed(b.one(b.nodes)) }},
		{"kill -9 a conformance process", killCell},
		{"kill -9 pcscd", killPCSCD},
		{"cut a host off for longer than its lease", cutOff},
		{"stop a host daemon past its lease", func(b *bed) { b.stopped(b.one(b.hosts)) }},
		{"stop a desk past its lease", func(b *bed) { b.stopped(b.one(b.desks)) }},
		{"stop a conformance process past its lease", stopCell},
		{"fill a host's disk", fill},
	}
}

func (b *bed) one(of []*process) *process { return of[b.random.IntN(len(of))] }

// past is longer than a lease and the grace after it.
func (b *bed) past() time.Duration { return b.TTL + b.Grace + b.TTL/2 }

func (b *bed) killed(p *process) {
	b.Logf("  %s", p.name)
	p.kill()
	time.Sleep(time.Duration(b.random.Int64N(int64(b.TTL))))
	p.start()
}

func (b *bed) stopped(p *process) {
	b.Logf("  %s", p.name)
	p.signal(syscall.SIGSTOP)
	time.Sleep(b.past())
	p.signal(syscall.SIGCONT)
}

// leader is the planner that leads.
func (b *bed) leader() *process {
	var found *process
	b.await("a planner leads", func(ctx context.Context) error {
		records, err := b.store.Devices(ctx)
		for _, r := range records {
			for _, p := range b.plans {
				if r.Device == planner.Leader() && r.State == farm.Held && r.Holder.Host == p.name {
					found = p
				}
			}
		}
		if err == nil && found == nil {
			err = errNotYet
		}
		return err
	})
	return found
}

// cell is a conformance process that runs just now, and its host.
func (b *bed) cell() (pid int, at *process) {
	b.await("a conformance process runs", func(context.Context) error {
		for _, k := range b.random.Perm(len(b.hosts)) {
			if pids := b.hosts[k].cells(); len(pids) > 0 {
				pid, at = pids[0], b.hosts[k]
				b.Logf("  process %d of %s", pid, at.name)
				return nil
			}
		}
		return errNotYet
	})
	return pid, at
}

func killCell(b *bed) {
	pid, _ := b.cell()
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

// stopCell stops a conformance process past its lease. Its daemon lives and
// renews, so a person takes the leases of its host's readers away.
func stopCell(b *bed) {
	pid, at := b.cell()
	_ = syscall.Kill(pid, syscall.SIGSTOP)
	for n := range b.Readers {
		b.await("a lease is taken away", func(ctx context.Context) error {
			_, err := b.store.Set(ctx, reader(at.name, n), farm.Free, "a person needs it")
			return err
		})
	}
	time.Sleep(b.past())
	_ = syscall.Kill(pid, syscall.SIGCONT)
}

func killPCSCD(b *bed) {
	b.await("a pcscd runs", func(context.Context) error {
		h := b.one(b.hosts)
		pid, err := h.pcscd()
		if err != nil {
			return err
		}
		b.Logf("  process %d of %s", pid, h.name)
		return syscall.Kill(pid, syscall.SIGKILL)
	})
}

func cutOff(b *bed) {
	h := b.one(b.hosts)
	b.Logf("  %s", h.name)
	b.plug(h.namespace, "down")
	time.Sleep(b.past())
	b.plug(h.namespace, "up")
}

// fill leaves no byte on a host's disk for longer than its lease.
func fill(b *bed) {
	h := b.one(b.hosts)
	path := filepath.Join(b.of(h.name), "ballast")
	f, err := os.Create(path)
	b.must(err)
	n, err := f.Write(make([]byte, 64<<20))
	b.Logf("  %s: %d bytes, then: %v", h.name, n, err)
	if err == nil {
		b.Fatal("the disk was not filled")
	}
	time.Sleep(b.past())
	b.must(f.Close())
	b.must(os.Remove(path))
}

// during does each fault as often as there are rounds, one by one, each to a run
// of its own, in an order and at points that the seed decides. It returns the
// runs.
func (b *bed) during(cells, rounds int) (runs []string) {
	b.Helper()
	all := faults()
	for range rounds {
		for _, k := range b.random.Perm(len(all)) {
			run := fmt.Sprintf("run-%02d", len(runs)+1)
			b.submit(run, cells)
			at := 1 + b.random.IntN(cells/2)
			b.reach(run, at)
			b.Logf("%s, after %d cells: %s", run, at, all[k].name)
			all[k].do(b)
			runs = append(runs, run)
		}
	}
	return runs
}
