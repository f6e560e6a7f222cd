package host

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/memory"
)

// diary is Gadgets that remember, and a Runner that does what it is told.
type diary struct {
	mu    sync.Mutex
	lines []string
	run   func(context.Context, farm.Work, Actuator) farm.Outcome
}

func (d *diary) Do(_ context.Context, c Command) (string, error) {
	d.write(c.Verb)
	return "ok", nil
}

func (d *diary) Run(ctx context.Context, w farm.Work, a Actuator) farm.Outcome {
	return d.run(ctx, w, a)
}

func (d *diary) write(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) read() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.lines)
}

func passed() farm.Outcome { return farm.Outcome{Verdict: "PASS"} }

// daemon starts one over what is kept in dir.
func daemon(t *testing.T, store farm.Coordinator, d *diary, dir, boot string) *Daemon {
	t.Helper()
	h := open(t, filepath.Join(dir, "highwater.json"))
	out := &Daemon{
		Host: "h1", Boot: boot, Farm: store, Runner: d, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Guard:   &Guard{Host: "h1", Marks: h, Gadgets: d},
		Journal: journal(t, filepath.Join(dir, "journal")),
		TTL:     600 * time.Millisecond,
		Archive: func(_ context.Context, e Entry) error { d.write("archive " + e.Outcome.Verdict); return nil },
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- out.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		wants(t, <-ended, nil)
	})
	return out
}

func work(attempt int) farm.Work {
	return farm.Work{Run: "r", Cell: "c", Attempt: attempt, Host: "h1", Devices: []farm.Device{reader, power}}
}

// until waits for something to be so.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 2000 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

func phase(t *testing.T, store farm.Coordinator, want farm.Phase, verdict string) func() bool {
	return func() bool {
		list, err := store.Run(t.Context(), "r")
		if err != nil || len(list) != 1 || list[0].Phase != want {
			return false
		}
		return want != farm.Done || list[0].Outcome.Verdict == verdict
	}
}

// Requirement: an attempt is leased, run with its token, written down, committed
// and released. Source: design.md and issue 7, part 4. Turned red by: leaving one
// of these out.
func TestAttempt(t *testing.T) {
	store := &memory.Farm{}
	d := &diary{}
	d.run = func(ctx context.Context, _ farm.Work, a Actuator) farm.Outcome {
		if _, err := a.Do(ctx, reader, Insert, ""); err != nil {
			t.Errorf("insert: %v", err)
		}
		_, err := a.Do(ctx, farm.Device{Host: "h1", Kind: farm.Reader, ID: "9"}, Insert, "")
		if want := farm.ErrUnknown; err == nil {
			t.Errorf("a device that is not the attempt's: got no error, want %v", want)
		}
		return passed()
	}
	daemon(t, store, d, t.TempDir(), "b1")
	wants(t, store.Publish(t.Context(), work(1)), nil)
	until(t, "done", phase(t, store, farm.Done, "PASS"))
	until(t, "archived and released", func() bool {
		records, err := store.Devices(t.Context())
		free := !slices.ContainsFunc(records, func(r farm.Record) bool { return r.Device == reader && r.State != farm.Free })
		return err == nil && free && slices.Equal(d.read(), []string{Insert, "archive PASS"})
	})
}

// Requirement: a hub that cannot be reached is not a lost lease: the attempt goes
// on, its outcome is written down, and it is committed when the hub is back.
// Source: issue 7, "hosts keep logging when the hub is away and catch up". Turned
// red by: dropping what cannot be committed.
func TestHubAway(t *testing.T) {
	store := &memory.Farm{}
	d := &diary{}
	d.run = func(context.Context, farm.Work, Actuator) farm.Outcome {
		store.Away(true)
		return passed()
	}
	it := daemon(t, store, d, t.TempDir(), "b1")
	wants(t, store.Publish(t.Context(), work(1)), nil)
	until(t, "written down", func() bool { it.Journal.mu.Lock(); defer it.Journal.mu.Unlock(); return it.Journal.size > 0 })
	store.Away(false)
	until(t, "caught up", phase(t, store, farm.Done, "PASS"))
	until(t, "archived", func() bool { return slices.Equal(d.read(), []string{"archive PASS"}) })
}

// Requirement: at the end of a lease the attempt is killed, then the power is
// cut, and only then is anything said, and not to the cell's record. Source: facts
// of the farm, "at deadline the host kills the cell process group, cuts port
// power, only then may it report". Turned red by: another order, or a commit.
func TestLost(t *testing.T) {
	for name, lose := range map[string]func(*memory.Farm){
		"taken away":  func(f *memory.Farm) { _, _ = f.Set(t.Context(), reader, farm.Draining, "a person says so") },
		"not renewed": func(f *memory.Farm) { f.Away(true) },
	} {
		t.Run(name, func(t *testing.T) {
			store := &memory.Farm{}
			d := &diary{}
			var late error
			d.run = func(ctx context.Context, _ farm.Work, a Actuator) farm.Outcome {
				lose(store)
				<-ctx.Done()
				_, late = a.Do(context.WithoutCancel(ctx), reader, Insert, "")
				d.write("killed")
				return passed()
			}
			daemon(t, store, d, t.TempDir(), "b1")
			wants(t, store.Publish(t.Context(), work(1)), nil)
			until(t, "reported", func() bool { return slices.Contains(d.read(), "archive MISS") })
			if want := []string{"killed", PowerOff, PowerOff, "archive MISS"}; !slices.Equal(d.read(), want) {
				t.Errorf("got %q, want %q", d.read(), want)
			}
			wants(t, late, farm.ErrLost)
			store.Away(false)
			if !phase(t, store, farm.Running, "")() {
				t.Error("the attempt is not left as running, for the planner to give up")
			}
		})
	}
}

// Requirement: a daemon that starts again is another holder: it frees what the
// one before it held, and what that one had taken cannot move a device. Source:
// farm.Holder. Turned red by: waiting for the lease to run out, or going on with
// it.
func TestStartsAgain(t *testing.T) {
	store := &memory.Farm{}
	before, err := store.Acquire(t.Context(), farm.Holder{Host: "h1", Boot: "b0"}, time.Hour, reader, Self("h1"))
	wants(t, err, nil)
	dir := t.TempDir()
	wants(t, open(t, filepath.Join(dir, "highwater.json")).Admit(before.Token, reader), nil)

	d := &diary{run: func(context.Context, farm.Work, Actuator) farm.Outcome { return passed() }}
	it := daemon(t, store, d, dir, "b1")
	wants(t, store.Publish(t.Context(), work(1)), nil)
	until(t, "done", phase(t, store, farm.Done, "PASS"))
	_, err = it.Guard.Command(t.Context(), Command{Device: reader, Verb: Insert, Token: before.Token})
	wants(t, err, farm.ErrStale)
}

// Requirement: a device that has obeyed a newer fence than the store knows is
// quarantined: the store has lost what it had promised. Source: facts of the
// farm, section on leases, point 4. Turned red by: believing the store.
func TestStoreWentBack(t *testing.T) {
	store := &memory.Farm{}
	g, err := store.Acquire(t.Context(), farm.Holder{Host: "h2"}, time.Millisecond, reader)
	wants(t, err, nil)
	dir := t.TempDir()
	g.Token.Fence += 1000
	wants(t, open(t, filepath.Join(dir, "highwater.json")).Admit(g.Token, reader), nil)
	daemon(t, store, &diary{}, dir, "b1")
	until(t, "quarantined", func() bool {
		records, err := store.Devices(t.Context())
		return err == nil && slices.ContainsFunc(records, func(r farm.Record) bool { return r.Device == reader && r.State == farm.Quarantined })
	})
}

// Requirement: what an attempt found unfit nobody gets after it, its other devices
// come back, its outcome counts; and it cannot speak of what it does not hold.
// Source: issue 7 point 4, "quarantine with reason". Turned red by: a reader that is
// given out again, an outcome that is lost with the lease, a quarantine by a stranger.
func TestUnfitIsQuarantined(t *testing.T) {
	store := &memory.Farm{}
	far := farm.Device{Host: "h2", Kind: farm.Reader, ID: "1"}
	d := &diary{run: func(context.Context, farm.Work, Actuator) farm.Outcome {
		return farm.Outcome{Verdict: "MISS", Unfit: []farm.Unfit{{Device: reader, Reason: "mute"}, {Device: far, Reason: "I say so"}}}
	}}
	daemon(t, store, d, t.TempDir(), "b1")
	wants(t, store.Publish(t.Context(), work(1)), nil)
	until(t, "done", phase(t, store, farm.Done, "MISS"))
	until(t, "quarantined, and the power port released", func() bool {
		records, err := store.Devices(t.Context())
		is := map[farm.Device]farm.Record{}
		for _, r := range records {
			is[r.Device] = r
		}
		_, strange := is[far]
		return err == nil && is[reader].State == farm.Quarantined && is[reader].Reason == "mute" && is[power].State == farm.Free && !strange
	})
}
