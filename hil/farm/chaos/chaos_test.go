//go:build linux

package chaos

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/host"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/subject"
)

var seed = flag.Uint64("seed", 0, "decides which fault hits what, and when; 0: by the clock, and printed")

// Requirement: whatever dies, no cell is lost, none is committed twice, each
// outcome that a host wrote down arrives, and no device obeys two holders. Source:
// issue 7, "A farm of five hosts in network namespaces ...", in small. Turned red
// by: a host without a Guard, a Commit without compare-and-set, a planner that
// trusts the queue, a journal that is not caught up with.
func TestSmall(t *testing.T) {
	need(t)
	s := size{nodes: 1, planners: 2, hosts: 2, readers: 2, desks: 1, cells: 12, ttl: 1500 * time.Millisecond}
	suffer(t, s, 1)
}

// suffer runs cells while faults happen, and judges what came out.
func suffer(t *testing.T, s size, rounds int) {
	n := *seed
	if n == 0 {
		n = uint64(time.Now().UnixNano()) % 1e9
	}
	t.Logf("seed %d", n)
	b := grow(t, s, n)
	runs := b.during(s.cells, rounds)
	attempts := 0
	for _, r := range runs {
		attempts += b.end(r).End.Attempts
	}
	t.Logf("%d cells of %d runs ended after %d attempts", len(runs)*s.cells, len(runs), attempts)
	b.complete(runs, s.cells)
	b.arrived()
	legal, acts, devices := judge(t, b.layout)
	t.Logf("%d acts of %d devices; each obeyed only its newest holder: %v", acts, devices, legal)
	if !legal {
		t.Error("a device has obeyed an earlier holder after a newer one")
	}
	if want := s.hosts * s.readers * 2; devices != want {
		t.Errorf("%d devices have moved, want all %d", devices, want)
	}
}

// complete wants each cell to have ended once with a verdict that counts, by the
// whole history of the cells' records.
func (b *bed) complete(runs []string, cells int) {
	b.Helper()
	type commit struct { // the same one again, after an answer was lost, is no other
		run, cell string
		attempt   int
		token     farm.Token
		verdict   string
	}
	commits, counted := map[commit]bool{}, map[string]int{}
	for _, p := range history(b) {
		if p.Phase != farm.Done {
			continue
		}
		c := commit{p.Work.Run, p.Work.Cell, p.Work.Attempt, p.Token, p.Outcome.Verdict}
		if c.verdict == "PASS" && !commits[c] {
			counted[c.run+" "+c.cell]++
		}
		commits[c] = true
	}
	b.Logf("%d commits, of which %d say that a bench was in trouble", len(commits), len(commits)-len(counted))
	for _, run := range runs {
		for n := range cells {
			if id := fmt.Sprintf("%s cell-%03d", run, n); counted[id] != 1 {
				b.Errorf("%s was committed %d times", id, counted[id])
			}
		}
	}
}

// history is every record that each cell has had.
func history(b *bed) (out []farm.Progress) {
	b.Helper()
	lines[farm.Progress](b, "KV_cells", func(p farm.Progress) { out = append(out, p) })
	return out
}

// arrived wants each entry of each host's journal at the hub, once.
func (b *bed) arrived() {
	b.Helper()
	var written []string
	for _, h := range b.Hosts {
		for _, e := range read[host.Entry](b.T, b.journal(h)) {
			written = append(written, e.Name())
		}
	}
	b.await("all outcomes arrive", func(context.Context) error {
		got := map[string]int{}
		lines(b, "HIL_RESULTS", func(e host.Entry) { got[e.Name()]++ })
		for _, name := range written {
			if got[name] != 1 {
				return fmt.Errorf("%w: %s is there %d times, of %d outcomes", errNotYet, name, got[name], len(written))
			}
		}
		return nil
	})
	b.Logf("%d outcomes were written down by hosts, and all are at the hub", len(written))
}

// lines hands over each message of a stream.
func lines[T any](b *bed, stream string, take func(T)) {
	b.Helper()
	nc, err := b.dial("test")
	b.must(err)
	defer nc.Close()
	j, err := js.NewWithDomain(nc, subject.Domain)
	b.must(err)
	b.await("reading "+stream, func(ctx context.Context) error {
		s, err := j.Stream(ctx, stream)
		if err != nil {
			return err
		}
		c, err := s.OrderedConsumer(ctx, js.OrderedConsumerConfig{})
		if err != nil {
			return err
		}
		all, err := texts[T](ctx, c, s.CachedInfo().State.Msgs)
		if err != nil {
			return err
		}
		for _, v := range all {
			take(v)
		}
		return nil
	})
}

// texts are the next messages of a consumer.
func texts[T any](ctx context.Context, c js.Consumer, n uint64) (out []T, err error) {
	all, err := c.Messages()
	if err != nil {
		return nil, err
	}
	defer all.Stop()
	for uint64(len(out)) < n {
		m, err := all.Next(js.NextContext(ctx))
		if err != nil {
			return nil, err
		}
		var v T
		if err := json.Unmarshal(m.Data(), &v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Requirement: the judge and the fence are both worth something: a person's
// program that sleeps past its lease is refused by a host, and where the host has
// no fence the judge sees that a device has obeyed it. Source: issue 7, "a build
// without fencing must fail it". Turned red by: a judge that lets anything pass, a
// host that lets anybody command.
func TestFence(t *testing.T) {
	need(t)
	for name, unfenced := range map[string]bool{"with a fence": false, "without": true} {
		t.Run(name, func(t *testing.T) {
			s := size{nodes: 1, planners: 1, hosts: 1, readers: 1, desks: 1, ttl: time.Second, unfenced: unfenced}
			b := grow(t, s, 1)
			b.submit("first", 1)
			b.end("first")
			sleeper := b.desks[0]
			b.sleeps(sleeper)
			b.submit("second", 1)
			b.end("second") // somebody else has moved the reader meanwhile
			before := len(b.diary())
			sleeper.signal(syscall.SIGCONT)
			if unfenced {
				b.await("the sleeper is obeyed", func(context.Context) error {
					if legal, _, _ := judge(t, b.layout); legal {
						return errNotYet
					}
					return nil
				})
				return
			}
			b.await("the sleeper is refused", func(context.Context) error {
				if b.logs(sleeper.name, "refused") == 0 {
					return errNotYet
				}
				return nil
			})
			if legal, acts, _ := judge(t, b.layout); !legal {
				t.Errorf("a device has obeyed the sleeper (%d acts, %d before it woke)", acts, before)
			}
		})
	}
}

// diary is what the devices have done so far.
func (b *bed) diary() []act {
	if _, err := os.Stat(b.layout.diary()); err != nil {
		return nil
	}
	return read[act](b.T, b.layout.diary())
}

// sleeps stops a desk in the middle of its work: it has a reader and has moved it,
// and will go on when it wakes.
func (b *bed) sleeps(desk *process) {
	b.Helper()
	b.await("a desk is at work", func(ctx context.Context) error {
		seen := len(b.diary())
		for len(b.diary()) == seen && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		last := slices.Clone(b.diary())
		if n := len(last); n == 0 || last[n-1].Holder.Person == "" {
			return errNotYet
		}
		desk.signal(syscall.SIGSTOP)
		records, err := b.store.Devices(ctx)
		token := last[len(last)-1].Token
		held := slices.ContainsFunc(records, func(r farm.Record) bool {
			return r.State == farm.Held && r.Holder.Person != "" && r.Token == token
		})
		acts := 0
		for _, a := range b.diary() {
			if a.Token == token {
				acts++
			}
		}
		if err != nil || !held || acts > presses-2 { // one may be on its way, and one must be left
			desk.signal(syscall.SIGCONT)
			return errNotYet
		}
		return nil
	})
}
