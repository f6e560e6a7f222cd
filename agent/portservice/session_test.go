package portservice

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
	"github.com/smartcard-connect/smartcard-connect/agent/porttest"
)

// sessions is a machine with several people at it: it says whose a connection
// is, in place of the kernel. Windows tells sessions of one user apart, which
// neither Linux nor Wine can show.
type sessions struct {
	mu    sync.Mutex
	owner map[string]peer.Owner // by the local address of whoever connected
	over  map[peer.Owner]bool
	order []peer.Owner // agents, in order of their connects
}

func (s *sessions) find(_, remote netip.AddrPort) (peer.Owner, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.owner[remote.String()]
	if !ok {
		return peer.Owner{}, peer.ErrUnknown
	}
	return o, nil
}

// agentOf takes agents as they come.
func (s *sessions) agentOf(net.Conn) (Registrant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.order[0]
	s.order = s.order[1:]
	return Registrant{Owner: o}, nil
}

// Live is everybody who is not gone.
func (s *sessions) Live(o peer.Owner) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.over[o]
}

// browser is one in owner's session: it connects from an address that is known
// to be theirs.
func (s *sessions) browser(owner peer.Owner) *http.Client {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			return nil, err
		}
		from := l.Addr().(*net.TCPAddr)
		_ = l.Close()
		s.mu.Lock()
		s.owner[from.AddrPort().String()] = owner
		s.mu.Unlock()
		return (&net.Dialer{LocalAddr: from}).DialContext(ctx, network, address)
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
}

// Requirement: two users, and two sessions of one user, each get their own
// agent's port and never another's, whatever the agents say of themselves; a
// session that ends takes its agent with it and no other (issue, point 8).
// Turned red by: a registry by user alone, door.same-for-all, or an entry that
// outlives its session.
func TestSessionsAreKeptApart(t *testing.T) {
	people := []peer.Owner{{User: "S-1-5-21-1", Session: 1}, {User: "S-1-5-21-1", Session: 2}, {User: "S-1-5-21-2", Session: 3}, {User: "S-1-5-21-3", Session: 4}}
	world := &sessions{owner: map[string]peer.Owner{}, over: map[peer.Owner]bool{}}
	service := &Service{Peer: world.find, Registrant: world.agentOf, Sessions: world}
	port, socket := porttest.Free(t), testSocket(t)
	ctx, stop := context.WithCancel(t.Context())
	ended, ready := make(chan error, 1), make(chan struct{})
	service.Ready = func() { close(ready) }
	go func() { ended <- service.Serve(ctx, socket, []int{port}) }()
	<-ready

	held := map[peer.Owner]net.Conn{}
	for i, o := range people[:3] {
		world.mu.Lock()
		world.order = append(world.order, o)
		world.mu.Unlock()
		held[o] = register(t, socket, fmt.Sprintf(`{"version":1,"port":%d,"user":"S-1-5-21-2","session":3}`, 40000+i))
	}
	knows := func(o peer.Owner) int {
		t.Helper()
		resp, err := world.browser(o).Get(fmt.Sprintf("http://127.0.0.1:%d/PRS/GetPortNumber", port))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var answer struct{ PortData struct{ PortNumber int } }
		if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
			t.Fatal(err)
		}
		return answer.PortData.PortNumber
	}
	want := func(ports ...int) {
		t.Helper()
		for i, o := range people {
			if got := knows(o); got != ports[i] {
				t.Errorf("%v is sent to %d, not %d", o, got, ports[i])
			}
		}
	}
	want(40000, 40001, 40002, 0)

	// Somebody locks nothing and logs out: found by looking.
	world.mu.Lock()
	world.over[people[1]] = true
	world.mu.Unlock()
	service.prune()
	want(40000, 0, 40002, 0)
	if _, err := io.ReadAll(held[people[1]]); err != nil {
		t.Errorf("the agent of the ended session is not hung up on: %v", err)
	}
	// The system says so by itself, as Windows does: session 3 is over.
	service.Drop(func(o peer.Owner) bool { return o.Session == 3 })
	want(40000, 0, 0, 0)

	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// register says an agent's line and wants it taken.
func register(t *testing.T, socket, line string) net.Conn {
	t.Helper()
	c, err := dialSocket(t.Context(), socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := io.WriteString(c, line+"\n"); err != nil {
		t.Fatal(err)
	}
	var r reply
	if err := json.NewDecoder(c).Decode(&r); err != nil || r.Status != "registered" {
		t.Fatalf("%+v %v", r, err)
	}
	return c
}
