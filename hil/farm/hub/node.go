// Package hub runs the NATS servers of a farm inside our own programs: one node
// that listens to nobody, which is the default and needs nothing installed; the
// nodes of a cluster; and a host's own server, which goes on when the hub is
// away. All traffic between machines is TLS 1.3 with certificates on both sides.
package hub

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/smartcard-connect/smartcard-connect/hil/farm/subject"
)

// Node is one server of a hub. With nothing but Dir it is a whole farm for the
// process it runs in.
type Node struct {
	Name string // among the nodes; "" for the only one
	Dir  string // what it keeps; made if it is not there

	// Addresses, host:port. All are empty for a node that listens to nobody.
	Clients string   // planners, viewers and hosts without a server of their own
	Leaves  string   // hosts with one
	Routes  string   // the other nodes
	Peers   []string // the other nodes' Routes; this one's may be among them

	Identity *Identity       // of role Hub; needed by those who listen
	Admits   func(Name) bool // nil: all whom the authority has named
	Log      *slog.Logger    // nil: silent
}

// Server runs until it is closed.
type Server struct {
	nats *server.Server
}

const (
	start   = 20 * time.Second // a server that is not ready by then has failed
	payload = 8 << 20          // bytes of the largest message: a cell's result
	cluster = "hil"
)

// Start runs the node. A cluster is ready to be used once most of its nodes run;
// requests before that answer that nobody is there.
func (n Node) Start() (*Server, error) {
	o := options(n.Name, n.Dir, subject.Domain)
	if n.Clients+n.Leaves+n.Routes != "" {
		if n.Identity == nil {
			return nil, errors.New("a node that listens needs an identity")
		}
		if err := n.listen(o); err != nil {
			return nil, err
		}
	}
	return run(o, n.Log)
}

// listen opens the doors that were asked for.
func (n Node) listen(o *server.Options) (err error) {
	o.CustomClientAuthentication = door{n.Admits, quiet(n.Log)}
	if n.Clients != "" {
		o.DontListen, o.TLS, o.TLSTimeout = false, true, 5
		o.TLSConfig = n.Identity.server(Host, Planner, Viewer, Hub)
		if o.Host, o.Port, err = split(n.Clients); err != nil {
			return err
		}
	}
	if n.Leaves != "" {
		o.LeafNode.TLSConfig, o.LeafNode.TLSTimeout, o.LeafNode.TLSMap = n.Identity.server(Host), 5, true
		if o.LeafNode.Host, o.LeafNode.Port, err = split(n.Leaves); err != nil {
			return err
		}
	}
	if n.Routes != "" {
		return n.join(o)
	}
	return nil
}

// join makes the node one of a cluster. Routes are for hubs only: whoever comes
// in by one may do anything.
func (n Node) join(o *server.Options) (err error) {
	// Without a listener for clients the server's routes wait for one for ever.
	if n.Name == "" || len(n.Peers) == 0 || n.Clients == "" {
		return errors.New("a node of a cluster needs a name, peers and an address for clients")
	}
	o.Cluster.Name, o.Cluster.TLSConfig, o.Cluster.TLSTimeout = cluster, n.Identity.server(Hub), 5
	if o.Cluster.Host, o.Cluster.Port, err = split(n.Routes); err != nil {
		return err
	}
	for _, p := range n.Peers {
		o.Routes = append(o.Routes, &url.URL{Scheme: "nats", Host: p})
	}
	return nil
}

// Leaf is a host's own server. What the host writes there is kept while the hub
// is away, and fetched by it later.
type Leaf struct {
	Host     string
	Dir      string
	Hub      []string  // the nodes' Leaves
	Identity *Identity // of role Host
	Log      *slog.Logger
}

// Start runs the leaf. It need not reach the hub: it goes on trying.
func (l Leaf) Start() (*Server, error) {
	if l.Identity == nil || l.Host == "" || len(l.Hub) == 0 {
		return nil, errors.New("a leaf needs a host's name, an identity and a hub")
	}
	o := options("leaf-"+subject.Token(l.Host), l.Dir, subject.HostDomain(l.Host))
	o.LeafNode.ReconnectInterval = time.Second
	remote := &server.RemoteLeafOpts{TLS: true, TLSConfig: l.Identity.client(), TLSTimeout: 5}
	for _, h := range l.Hub {
		remote.URLs = append(remote.URLs, &url.URL{Scheme: "tls", Host: h})
	}
	o.LeafNode.Remotes = []*server.RemoteLeafOpts{remote}
	return run(o, l.Log)
}

// options are common to all servers. Without SyncAlways a power cut loses what
// was acknowledged in the two minutes before it.
func options(name, dir, domain string) *server.Options {
	return &server.Options{
		ServerName: cmp.Or(name, "hub"), StoreDir: dir, JetStream: true, JetStreamDomain: domain, SyncAlways: true,
		DontListen: true, NoSigs: true, MaxPayload: payload, MaxPending: 8 * payload, NoSystemAccount: false,
	}
}

func run(o *server.Options, log *slog.Logger) (*Server, error) {
	if o.StoreDir == "" {
		return nil, errors.New("a server needs a folder to keep things in")
	}
	s, err := server.NewServer(o)
	if err != nil {
		return nil, fmt.Errorf("NATS server: %w", err)
	}
	l := logger{quiet(log).With("server", o.ServerName), make(chan string, 1)}
	s.SetLoggerV2(l, false, false, false)
	s.Start()
	if err := ready(s, l); err != nil {
		go s.Shutdown() // may wait for what never started
		return nil, fmt.Errorf("NATS server %s: %w", o.ServerName, err)
	}
	return &Server{s}, nil
}

// ready waits for a server, or for why there will be none.
func ready(s *server.Server, l logger) error {
	for end := time.Now().Add(start); time.Now().Before(end); {
		if s.ReadyForConnections(50 * time.Millisecond) {
			return nil
		}
		select {
		case why := <-l.fatal:
			return errors.New(why)
		default:
		}
	}
	return fmt.Errorf("not ready after %v", start)
}

// Connect is a connection from inside this process, that may do anything.
func (s *Server) Connect(name string) (*nats.Conn, error) {
	return nats.Connect("", nats.Name(name), nats.InProcessServer(s.nats), nats.MaxReconnects(-1))
}

// Close stops the server and waits until what it keeps is closed.
func (s *Server) Close() {
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
}

// Dial is a connection from another machine. It is kept up: while no node can be
// reached requests fail, and later ones work again.
func Dial(name string, i *Identity, nodes ...string) (*nats.Conn, error) {
	servers := make([]string, len(nodes))
	for k, n := range nodes {
		servers[k] = "tls://" + n
	}
	o := nats.GetDefaultOptions()
	o.Servers, o.Name, o.TLSConfig, o.Secure = servers, name, i.client(), true
	o.MaxReconnect, o.ReconnectWait, o.RetryOnFailedConnect = -1, time.Second, true
	return o.Connect()
}

func split(address string) (string, int, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, fmt.Errorf("address %q: %w", address, err)
	}
	n, err := strconv.Atoi(port)
	if err != nil || n < 0 || n > 65535 {
		return "", 0, fmt.Errorf("address %q has no port", address)
	}
	if n == 0 {
		n = server.RANDOM_PORT
	}
	return host, n, nil
}
