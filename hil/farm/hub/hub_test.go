package hub_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/farmtest"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/hub"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/jetstream"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/subject"
	"github.com/smartcard-connect/smartcard-connect/hil/porttest"
)

const local = "127.0.0.1:0"

func authority(t *testing.T) *hub.Authority {
	t.Helper()
	a, err := hub.NewAuthority(time.Now(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func identity(t *testing.T, a *hub.Authority, role hub.Role, id string) *hub.Identity {
	t.Helper()
	r := hub.Request{Name: hub.Name{Role: role, ID: id}, Life: time.Hour}
	if role == hub.Hub {
		r.Servers = []string{"127.0.0.1", "localhost"}
	}
	i, err := a.New(time.Now(), r)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func start(t *testing.T, n interface{ Start() (*hub.Server, error) }) *hub.Server {
	t.Helper()
	s, err := n.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// view is a farm over a connection.
func view(t *testing.T, nc *nats.Conn, err error) *jetstream.Farm {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	f, err := jetstream.New(nc, jetstream.Settings{Grace: farmtest.Short / 10, AckWait: farmtest.Again, Patience: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close(); nc.Close() })
	return f
}

// until waits for what takes its time, such as connections.
func until(t *testing.T, what string, try func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	t.Fatalf("%s: %v", what, err)
}

// answers asks the hub, for a short while each time: an answer may get lost while
// the two servers are just being joined.
func answers(t *testing.T, f *jetstream.Farm) func() error {
	return func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err := f.Devices(ctx)
		return err
	}
}

func connected(s *hub.Server) func() error {
	return func() error {
		if s.Leaves() == 0 {
			return errors.New("no leaf is connected")
		}
		return nil
	}
}

// Requirement: hosts with a server of their own, joined to the hub by TLS, keep
// the contract with the permissions of a host. Source: facts of JetStream, leaf
// nodes with a domain each. Turned red by: a permission too few; keys without the
// prefix of the hub's domain.
func TestLeafKeepsContract(t *testing.T) {
	t.Parallel()
	a := authority(t)
	farmtest.Run(t, func(t *testing.T) func() farm.Coordinator {
		s := start(t, hub.Node{Dir: t.TempDir(), Leaves: local, Identity: identity(t, a, hub.Hub, "hub")})
		nc, err := s.Connect("planner")
		f := view(t, nc, err)
		if err := f.Lay(t.Context()); err != nil {
			t.Fatal(err)
		}
		l := start(t, hub.Leaf{Host: farmtest.Host, Dir: t.TempDir(), Hub: []string{s.Addresses().Leaves}, Identity: identity(t, a, hub.Host, farmtest.Host)})
		until(t, "leaf", connected(s))
		nc, err = l.Connect("first")
		early := view(t, nc, err)
		until(t, "leaf", answers(t, early))
		first := true
		return func() farm.Coordinator {
			first = !first
			if first {
				nc, err := l.Connect("host")
				return view(t, nc, err)
			}
			nc, err := s.Connect("planner")
			return view(t, nc, err)
		}
	})
}

// free are addresses that nobody listens on at the moment.
func free(t *testing.T, n int) (out []string) {
	t.Helper()
	for _, port := range porttest.Several(t, n) {
		out = append(out, fmt.Sprintf("127.0.0.1:%d", port))
	}
	return out
}

// Requirement: a host speaks for itself only. Source: issue 7, per-host identity.
// Turned red by: any wider permission of a host, such as hil.result.>.
func TestHostSpeaksForItself(t *testing.T) {
	t.Parallel()
	a := authority(t)
	s := start(t, hub.Node{Dir: t.TempDir(), Clients: local, Identity: identity(t, a, hub.Hub, "hub")})
	inside, err := s.Connect("planner")
	planner := view(t, inside, err)
	if err := planner.Lay(t.Context()); err != nil {
		t.Fatal(err)
	}
	refused := make(chan string, 100)
	nc, err := hub.Dial("host", identity(t, a, hub.Host, "bench-1"), s.Addresses().Clients)
	view(t, nc, err)
	nc.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err.Error() })
	kv := "$JS.farm.API.$KV."
	other := subject.Token("bench-2")
	for _, to := range []string{
		subject.Direct("bench-2") + ".r.c.1", subject.Event("bench-2") + ".reader.1", kv + "leases.dev." + other + ".reader.1",
		kv + "inventory.alive." + other, "hil.cell.bench-1.0.r.c", "$JS.farm.API.STREAM.DELETE.KV_leases", "$JS.farm.API.STREAM.PURGE.HIL_CELLS",
		"$JS.farm.API.STREAM.MSG.DELETE.KV_cells", "$JS.farm.API.CONSUMER.DELETE.HIL_CELLS.w-bench-2", "$JS.API.STREAM.DELETE.KV_leases",
		"$JS.farm.API.STREAM.PURGE.KV_leases", "$JS.farm.API.CONSUMER.DELETE.HIL_RESULTS.c", "$JS.farm.API.CONSUMER.DELETE.HIL_EVENTS.c",
		"$JS.farm.API.CONSUMER.CREATE.HIL_CELLS.w-bench-2.hil.cell.bench-2.>", "$JS.farm.API.CONSUMER.MSG.NEXT.HIL_CELLS.w-bench-2",
		"$JS.ACK.HIL_CELLS.w-bench-2.1.1.1.1.0", "$KV.leases.dev.bench-2.reader.1", "hil.rpc.bench-2.power", "$SYS.REQ.SERVER.PING", "anything",
	} {
		if err := nc.Publish(to, nil); err != nil {
			t.Fatal(err)
		}
		if err := nc.Flush(); err != nil {
			t.Fatal(err)
		}
		asked := strings.Replace(strings.Replace(to, "$JS.farm.API.$KV.", "$KV.", 1), "$JS.farm.API.", "$JS.API.", 1)
		if said := <-refused; !strings.Contains(said, "Permissions Violation for Publish to \""+asked) {
			t.Errorf("%s: %s", to, said)
		}
	}
	for _, to := range []string{subject.Direct("bench-1") + ".r.c.1", subject.Event("bench-1") + ".reader.1", kv + "leases.dev.bench-1.reader.1"} {
		if err := errors.Join(nc.Publish(to, []byte("{}")), nc.Flush()); err != nil || len(refused) > 0 {
			t.Errorf("%s: %v, %d refusals", to, err, len(refused))
		}
	}
}

// journal is a log that is read while it is written.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) log() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }

// Requirement: a host and a viewer that look at the farm leave nothing behind, and
// no violation in anybody's log that would alarm who reads it. Source: ordered
// consumers of nats.go are deleted by who made them. Turned red by: reading without
// the permission to delete what it needs a consumer for.
func TestLookingViolatesNothing(t *testing.T) {
	t.Parallel()
	a := authority(t)
	var said journal
	s := start(t, hub.Node{Dir: t.TempDir(), Clients: local, Leaves: local, Identity: identity(t, a, hub.Hub, "hub"), Log: said.log()})
	inside, err := s.Connect("planner")
	planner := view(t, inside, err)
	if err := planner.Lay(t.Context()); err != nil {
		t.Fatal(err)
	}
	own := farm.Device{Host: "bench-1", Kind: farm.Reader, ID: "1"}
	if _, err := planner.Acquire(t.Context(), farm.Holder{}, farmtest.Long, own); err != nil {
		t.Fatal(err)
	}
	if err := planner.Publish(t.Context(), farm.Work{Run: "r", Cell: "c", Attempt: 1, Host: "bench-1", Devices: []farm.Device{own}}); err != nil {
		t.Fatal(err)
	}
	leaf := start(t, hub.Leaf{Host: "bench-1", Dir: t.TempDir(), Hub: []string{s.Addresses().Leaves}, Identity: identity(t, a, hub.Host, "bench-1"), Log: said.log()})
	until(t, "leaf", connected(s))
	for name, connect := range map[string]func() (*nats.Conn, error){
		"host": func() (*nats.Conn, error) {
			return hub.Dial("host", identity(t, a, hub.Host, "bench-1"), s.Addresses().Clients)
		},
		"host by a leaf": func() (*nats.Conn, error) { return leaf.Connect("host") },
		"viewer": func() (*nats.Conn, error) {
			return hub.Dial("viewer", identity(t, a, hub.Viewer, "v"), s.Addresses().Clients)
		},
	} {
		nc, err := connect()
		f := view(t, nc, err)
		nc.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { said.log().Error(err.Error()) })
		until(t, name, answers(t, f))
		look(t, name, f)
	}
	for _, stream := range []string{"KV_leases", "KV_cells", "KV_inventory"} {
		until(t, "no consumer of "+stream, func() error { return none(inside, stream) })
	}
	if strings.Contains(strings.ToLower(said.String()), "violation") {
		t.Errorf("the logs:\n%s", said.String())
	}
}

// look watches each bucket.
func look(t *testing.T, name string, f *jetstream.Farm) {
	t.Helper()
	devices, err := f.Devices(t.Context())
	cells, err2 := f.Run(t.Context(), "r")
	_, err3 := f.Alive(t.Context())
	if err := errors.Join(err, err2, err3); err != nil || len(devices) != 1 || len(cells) != 1 {
		t.Errorf("%s: %v, %v: %v", name, devices, cells, err)
	}
}

// none says which consumers a stream has.
func none(nc *nats.Conn, stream string) error {
	j, err := js.New(nc)
	if err != nil {
		return err
	}
	s, err := j.Stream(context.Background(), stream)
	if err != nil {
		return err
	}
	if n := s.CachedInfo().State.Consumers; n > 0 {
		return fmt.Errorf("there are %d", n)
	}
	return nil
}

// Requirement: only members that the farm's authority has named come in, and
// only where they belong. Turned red by: listeners without client certificates; a
// host that passes for a hub or joins as a node.
func TestWhoComesIn(t *testing.T) {
	t.Parallel()
	a, strange := authority(t), authority(t)
	me := identity(t, a, hub.Hub, "hub")
	routes := free(t, 2)
	s := start(t, hub.Node{
		Name: "hub", Dir: t.TempDir(), Clients: local, Leaves: local, Routes: routes[0], Peers: routes, Identity: me,
		Admits: func(n hub.Name) bool { return n.ID != "sold" },
	})
	at := s.Addresses()
	for name, c := range map[string]struct {
		who  *hub.Identity
		in   bool
		node string
	}{
		"host":           {identity(t, a, hub.Host, "bench-1"), true, at.Clients},
		"planner":        {identity(t, a, hub.Planner, "p"), true, at.Clients},
		"viewer":         {identity(t, a, hub.Viewer, "v"), true, at.Clients},
		"withdrawn":      {identity(t, a, hub.Host, "sold"), false, at.Clients},
		"stranger":       {identity(t, strange, hub.Planner, "p"), false, at.Clients},
		"host as a node": {identity(t, a, hub.Host, "bench-1"), false, at.Routes},
	} {
		o := nats.GetDefaultOptions()
		nc, err := hub.Dial(name, c.who, c.node)
		if err != nil {
			t.Fatal(err)
		}
		in := func() error {
			if !nc.IsConnected() {
				return fmt.Errorf("not connected: %v", nc.LastError())
			}
			return nil
		}
		if c.in {
			until(t, name, in)
		} else if time.Sleep(200 * time.Millisecond); in() == nil {
			t.Errorf("%s came in: %v", name, o.Name)
		}
		nc.Close()
	}
	if _, err := nats.Connect("nats://"+at.Clients, nats.Timeout(time.Second)); err == nil {
		t.Error("one without a certificate came in")
	}
	if _, err := (hub.Node{Dir: t.TempDir(), Clients: local}).Start(); err == nil {
		t.Error("a node listens without an identity")
	}
}

// Requirement: certificates say who somebody is and nothing more; what is issued
// can be written down and read again. Turned red by: a host's certificate that
// serves; a key file that is written over.
func TestIdentity(t *testing.T) {
	t.Parallel()
	a := authority(t)
	for _, r := range []hub.Request{
		{Name: hub.Name{Role: "root", ID: "x"}, Life: time.Hour}, {Name: hub.Name{Role: hub.Host}, Life: time.Hour},
		{Name: hub.Name{Role: hub.Host, ID: "x"}}, {Name: hub.Name{Role: hub.Host, ID: "x"}, Life: time.Hour, Servers: []string{"localhost"}},
	} {
		if _, err := a.New(time.Now(), r); err == nil {
			t.Errorf("issued for %+v", r)
		}
	}
	dir := t.TempDir()
	if err := a.Save(filepath.Join(dir, "authority")); err != nil {
		t.Fatal(err)
	}
	b, err := hub.LoadAuthority(filepath.Join(dir, "authority"))
	if err != nil {
		t.Fatal(err)
	}
	i := identity(t, b, hub.Host, "bench 1/ü")
	if err := i.Save(filepath.Join(dir, "host")); err != nil {
		t.Fatal(err)
	}
	if i.Save(filepath.Join(dir, "host")) == nil {
		t.Error("written over another identity")
	}
	again, err := hub.LoadIdentity(filepath.Join(dir, "host"))
	if err != nil {
		t.Fatal(err)
	}
	name, err := hub.NameOf(again.Certificate.Leaf)
	if err != nil || name != (hub.Name{Role: hub.Host, ID: "bench 1/ü"}) || !slices.Equal(again.Authority.Raw, a.Certificate.Raw) {
		t.Errorf("read again: %+v, %v", name, err)
	}
}

// Requirement: a host goes on writing its results down while the hub is away, and
// the hub has them afterwards, each once. Source: issue 7, farm. Turned red by: a
// ledger on the hub; Append without the entry's ID.
func TestResultsOfCutOffHost(t *testing.T) {
	t.Parallel()
	a := authority(t)
	dir, at := t.TempDir(), free(t, 1)[0]
	up := func() (*hub.Server, *jetstream.Farm) {
		s := start(t, hub.Node{Dir: dir, Leaves: at, Identity: identity(t, a, hub.Hub, "hub")})
		nc, err := s.Connect("planner")
		f := view(t, nc, err)
		if err := f.Lay(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s, f
	}
	s, f := up()
	l := start(t, hub.Leaf{Host: farmtest.Host, Dir: t.TempDir(), Hub: []string{at}, Identity: identity(t, a, hub.Host, farmtest.Host)})
	nc, err := l.Connect("host")
	host := view(t, nc, err)
	book, err := jetstream.OpenLedger(t.Context(), nc, farmtest.Host)
	if err != nil {
		t.Fatal(err)
	}
	hasty, err := jetstream.New(nc, jetstream.Settings{Patience: 2 * time.Second}) // what was sent as the hub went is not answered
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = book.Forward(t.Context(), hasty, farmtest.Host) }()
	write := func(cell string, verdict string) {
		t.Helper()
		e := jetstream.Entry{Work: farm.Work{Run: "r", Cell: cell, Attempt: 1, Host: farmtest.Host}, Token: farm.Token{Incarnation: "x", Fence: 1}, Outcome: farm.Outcome{Verdict: verdict}}
		if err := errors.Join(book.Append(t.Context(), e), book.Append(t.Context(), e)); err != nil {
			t.Fatal(err)
		}
	}
	arrived := func(f *jetstream.Farm, want ...string) {
		t.Helper()
		until(t, "results", func() error {
			all, err := f.Results(t.Context(), "r")
			var got []string
			for _, e := range all {
				got = append(got, e.Work.Cell+" "+e.Outcome.Verdict)
			}
			if !slices.Equal(got, want) {
				return fmt.Errorf("the hub has %v, want %v: %v", got, want, err)
			}
			return nil
		})
	}
	until(t, "leaf", connected(s))
	write("a", "PASS")
	arrived(f, "a PASS")
	s.Close()
	write("b", "FAIL")
	if err := answers(t, host)(); !errors.Is(err, farm.ErrUnavailable) {
		t.Errorf("the hub is away, and devices are %v", err)
	}
	s, f = up()
	write("c", "MISS")
	until(t, "leaf", connected(s))
	arrived(f, "a PASS", "b FAIL", "c MISS")
	direct := jetstream.Entry{Work: farm.Work{Run: "r", Cell: "d", Attempt: 1, Host: "bench.2"}, Outcome: farm.Outcome{Verdict: "PASS"}}
	if err := f.Ledger().Append(t.Context(), direct); err != nil {
		t.Error(err)
	}
	arrived(f, "a PASS", "b FAIL", "c MISS", "d PASS")
}

// Requirement: a host's own server cannot speak for another host either. Turned
// red by: wider permissions for leaves than for clients.
func TestLeafSpeaksForItself(t *testing.T) {
	t.Parallel()
	a := authority(t)
	s := start(t, hub.Node{Dir: t.TempDir(), Leaves: local, Identity: identity(t, a, hub.Hub, "hub")})
	inside, err := s.Connect("planner")
	planner := view(t, inside, err)
	if err := planner.Lay(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := start(t, hub.Leaf{Host: farmtest.Host, Dir: t.TempDir(), Hub: []string{s.Addresses().Leaves}, Identity: identity(t, a, hub.Host, farmtest.Host)})
	nc, err := l.Connect("host")
	host := view(t, nc, err)
	until(t, "leaf", answers(t, host))
	own := farm.Device{Host: farmtest.Host, Kind: farm.Reader, ID: "1"}
	if _, err := host.Acquire(t.Context(), farm.Holder{}, farmtest.Long, own); err != nil {
		t.Fatal(err)
	}
	other := farm.Device{Host: "bench.2", Kind: farm.Reader, ID: "1"}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := host.Acquire(ctx, farm.Holder{}, farmtest.Long, other); !errors.Is(err, farm.ErrUnavailable) {
		t.Errorf("acquired another's: %v", err)
	}
	if err := host.Tell(t.Context(), jetstream.Event{Host: farmtest.Host, Kind: "mine"}); err != nil {
		t.Error(err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := host.Tell(ctx, jetstream.Event{Host: "bench.2", Kind: "another's"}); !errors.Is(err, farm.ErrUnavailable) {
		t.Errorf("told another's: %v", err)
	}
	r, err := planner.Devices(t.Context())
	if err != nil || len(r) != 1 || r[0].Device != own {
		t.Errorf("the farm has %+v, %v", r, err)
	}
}
