package portservice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
	"github.com/smartcard-connect/smartcard-connect/agent/porttest"
)

const page = "https://am.example"

// ask calls a handler as a browser of owner would.
func ask(s *Service, owner peer.Owner, err error, path, host, origin string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.Host = host
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	client, server := net.Pipe()
	defer client.Close()
	remember := peer.Remember(func(_, _ netip.AddrPort) (peer.Owner, error) { return owner, err })
	r = r.WithContext(remember(r.Context(), tcp{server}))
	w := httptest.NewRecorder()
	s.handler(43487).ServeHTTP(w, r)
	return w
}

// tcp is a pipe with TCP addresses.
type tcp struct{ net.Conn }

func (tcp) LocalAddr() net.Addr  { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 43487} }
func (tcp) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 50000} }

// Requirement: PROTOCOL.md §2, and the public clients' spelling: each user and
// session sees its own agent, or fault PR30007. Turned red by: door.wrong-user,
// or a fault in one spelling only.
func TestEachUserSeesTheirOwn(t *testing.T) {
	s := &Service{}
	one, two := peer.Owner{User: "1000", Session: 1}, peer.Owner{User: "1000", Session: 2}
	if err := s.registry.add(&agent{owner: one, port: 43485, origins: []string{page}}); err != nil {
		t.Fatal(err)
	}
	if w := ask(s, one, nil, "/PRS/GetPortNumber", "localhost:43487", page); strings.TrimSpace(w.Body.String()) != `{"faultException":null,"portData":{"portNumber":43485}}` ||
		w.Header().Get("Access-Control-Allow-Origin") != page || w.Header().Get("Access-Control-Allow-Credentials") != "true" || w.Header().Get("Vary") != "Origin" {
		t.Errorf("%s %v", w.Body, w.Header())
	}
	w := ask(s, two, nil, "/PRS/GetPortNumber", "localhost:43487", "")
	for _, want := range []string{`"portData":null`, `"faultException":{"code":"PR30007"`, `"FaultException":{"Code":"PR30007"`, "Unable to find CM process for user"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s lacks %s", w.Body, want)
		}
	}
	if w := ask(s, two, nil, "/PRS/ConnectPRService", "127.0.0.1:43487", ""); strings.TrimSpace(w.Body.String()) != `{"statusCode":"200"}` {
		t.Error(w.Body)
	}
}

// Requirement: exact Host, known caller, known origin (PROTOCOL.md §2). One
// user's agent vouches for origins to that user alone. Turned red by: dropping
// the check the row names.
func TestRefusals(t *testing.T) {
	s := &Service{}
	one := peer.Owner{User: "1000"}
	if err := s.registry.add(&agent{owner: one, port: 43485, origins: []string{page}}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		owner        peer.Owner
		err          error
		host, origin string
		code         int
	}{
		"rebound name":           {one, nil, "evil.example:43487", "", 421},
		"another port":           {one, nil, "localhost:44213", page, 421},
		"evil origin":            {one, nil, "localhost:43487", "https://evil.example", 403},
		"null":                   {one, nil, "localhost:43487", "null", 403},
		"another user's origins": {peer.Owner{User: "1001"}, nil, "localhost:43487", page, 403},
		"unknown caller":         {one, peer.ErrUnknown, "localhost:43487", page, 403},
	} {
		w := ask(s, c.owner, c.err, "/PRS/GetPortNumber", c.host, c.origin)
		if w.Code != c.code || w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: HTTP %d %v", name, w.Code, w.Header())
		}
	}
}

// Requirement: an agent is known by its socket's credentials, forgotten when it
// goes, and comes back after a restart of the service; a squatter's port is
// left alone and the others are served (design §4). Turned red by: trusting the
// line, or a registration that outlives its connection.
func TestRegistration(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "windows" {
		t.Skip("agents can only be told apart on Linux and Windows")
	}
	squatter, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer squatter.Close()
	taken, free := squatter.Addr().(*net.TCPAddr).Port, porttest.Free(t)
	socket := testSocket(t)
	log := slog.New(slog.DiscardHandler)

	stop := serve(t, socket, []int{taken, free})
	ctx, leave := context.WithCancel(context.Background())
	gone := make(chan struct{})
	go func() { defer close(gone); Register(ctx, socket, Hello{Version: 1, Port: 43485}, log) }()
	await(t, free, `"portNumber":43485`)
	stop()
	stop = serve(t, socket, []int{free})
	await(t, free, `"portNumber":43485`)
	leave()
	<-gone
	await(t, free, "PR30007")
	stop()
}

func serve(t *testing.T, socket string, ports []int) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- (&Service{}).Serve(ctx, socket, ports) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// await asks until the answer has want, for a bounded number of times.
func await(t *testing.T, port int, want string) {
	t.Helper()
	last := ""
	for range 100 {
		resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/PRS/GetPortNumber", port))
		if err == nil {
			body, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if last = string(body); strings.Contains(last, want) {
				return
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("never %s, last %s", want, last)
}

// Requirement: a malformed line registers nobody. Turned red by: a default for
// what is missing.
func TestHelloRefused(t *testing.T) {
	for _, line := range []string{"", "{}", `{"version":2,"port":43485}`, `{"version":1,"port":80}`, `{"version":1,"port":43485,"origins":["http://evil.example"]}`} {
		if _, err := parseHello([]byte(line)); err == nil {
			t.Errorf("%q was taken", line)
		}
	}
}

// Requirement: with every port taken the service says so and ends; a squatter is
// named where the system tells. Turned red by: serving nothing in silence.
func TestEveryPortTaken(t *testing.T) {
	squatter, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer squatter.Close()
	port := squatter.Addr().(*net.TCPAddr).Port
	err = (&Service{}).Serve(context.Background(), filepath.Join(t.TempDir(), "s"), []int{port})
	if !errors.Is(err, ErrNoPort) {
		t.Error(err)
	}
	raw, _ := json.Marshal(Status(context.Background(), []int{porttest.Free(t)}))
	if !strings.Contains(string(raw), "no port service answers") {
		t.Errorf("%s", raw)
	}
}
