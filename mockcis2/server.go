// Package mockcis2 is an identity provider in the shape of NHS CIS2 that is
// strict by default and misbehaves on request. It is for tests: its keys are
// published and its people do not exist.
//
//	s := &mockcis2.Server{}
//	err := s.Start()
//	defer s.Close()
package mockcis2

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/login"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/pki"
)

// RealmPath is the path of the Healthcare realm's issuer.
const RealmPath = "/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare"

// Server is a provider. The zero value is a correct one on a free loopback
// port. Set fields before Start.
type Server struct {
	Addr         string           // host:port to listen on; empty is a free port of 127.0.0.1
	IssuerURL    string           // issuer as published, when it is not http://Addr and the path of the environment
	ExplicitPort bool             // the issuer carries its port even when that is the default, as CIS2's does
	Clock        func() time.Time // nil is time.Now
	Rand         io.Reader        // nil is crypto/rand, or what Seed says
	Seed         string           // not empty: ids, codes, sids and tickets follow from it
	DiaryLimit   int              // entries that the diary keeps; 0 is diary.Limit
	Log          *slog.Logger     // nil is silent
	Clients      []op.Client      // nil is DefaultClients
	People       []people.Person  // nil is people.Default
	Faults       []string         // ids that are on from the start
	Handover     []string         // channels the login page tries; nil is hub, json, form, uri
	AgentPorts   []int            // of the port service; nil is its five
	Device       string           // what is asked of computers: none, preferred or required; empty is none
	Enrolled     []string         // thumbprints of the computers that count (RFC 7638)
	FormPort     int              // where the login page's form goes while no agent is found; 0 is the agent's usual 43485
	Environment  string           // dev, int, dep or live: path and realm of the issuer, shown to people; empty is int
	Mode         op.Mode          // rules that are kept; zero is CIS2's, op.ModeNamed knows the others

	issuer string
	preset op.Environment
	http   *http.Server
	cancel context.CancelFunc // of every request's context
	listen net.Listener
	ring   *op.KeyRing
	pages  *login.Login
	engine *op.Engine
	faults fault.Set

	time  clock
	alarm alarm
	diary *diary.Diary

	devices devices

	mu        sync.Mutex
	people    map[string]people.Person
	rotations int
}

// Start listens and serves until Close. It fails on an address in use, an
// unknown fault or a malformed issuer.
func (s *Server) Start() error {
	s.defaults()
	preset, err := op.EnvironmentNamed(s.Environment)
	if err != nil {
		return err
	}
	s.preset = preset
	if err := s.open(); err != nil {
		return err
	}
	if err := s.faults.Replace(s.Faults...); err != nil {
		return err
	}
	if err := s.populate(); err != nil {
		return err
	}
	if err := s.devices.open(s.Device, s.Enrolled); err != nil {
		return err
	}
	listen, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("provider cannot listen: %w", err)
	}
	s.listen = listen
	if s.issuer, err = s.name(); err != nil {
		return errors.Join(err, listen.Close())
	}
	handler, err := s.compose()
	if err != nil {
		return errors.Join(err, listen.Close())
	}
	s.http = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 16}
	ctx, cancel := context.WithCancel(context.Background())
	s.http.BaseContext, s.cancel = func(net.Listener) context.Context { return ctx }, cancel
	go func() { _ = s.http.Serve(listen) }() // ends with ErrServerClosed at Close
	return nil
}

// toys are the default personas, read at most once in a process.
var toys = sync.OnceValues(people.Default)

func (s *Server) populate() (err error) {
	for _, p := range s.People {
		if err := p.Check(); err != nil {
			return err
		}
	}
	if s.People == nil {
		s.People, err = toys()
	}
	s.people = map[string]people.Person{}
	for _, p := range s.People {
		s.people[p.UUID] = p
	}
	return err
}

func (s *Server) defaults() {
	if s.Addr == "" {
		s.Addr = "127.0.0.1:0"
	}
	if s.Clock == nil {
		s.Clock = time.Now
	}
	if s.Rand == nil {
		s.Rand = chance(s.Seed)
	}
	s.Rand = &oneByOne{r: s.Rand}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	if s.Clients == nil {
		s.Clients = DefaultClients()
	}
	if s.Handover == nil {
		s.Handover = []string{"hub", "json", "form", "uri"}
	}
	if s.AgentPorts == nil {
		s.AgentPorts = []int{43487, 44213, 45031, 46478, 48853}
	}
	if s.FormPort == 0 {
		s.FormPort = 43485
	}
	if s.Environment == "" {
		s.Environment = "int"
	}
}

// name is the issuer string. A default port is kept only if asked for.
func (s *Server) name() (string, error) {
	if s.IssuerURL == "" {
		return s.URL() + s.preset.Path, nil
	}
	u, err := url.Parse(s.IssuerURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("issuer %q is not a plain http or https URL", s.IssuerURL)
	}
	if s.ExplicitPort && u.Port() == "" {
		u.Host += map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	}
	return strings.TrimSuffix(u.String(), "/"), nil
}

// compose builds each endpoint from its inputs.
func (s *Server) compose() (http.Handler, error) {
	u, err := url.Parse(s.issuer)
	if err != nil {
		return nil, err
	}
	s.ring = op.NewKeyRing(testpki.Published("provider"))
	s.engine = op.New(op.Settings{Issuer: s.issuer, Realm: s.preset.Realm, Mode: s.Mode, Ring: s.ring, Clients: s.Clients,
		Faults: &s.faults, Now: s.now, Rand: s.Rand})
	layer, err := fault.NewLayer(fault.World{Issuer: s.issuer, Now: s.now, Alg: s.Mode.Default(), Key: s.ring.Current, Stray: stray, Secret: s.secret}, &s.faults)
	if err != nil {
		return nil, err
	}
	s.pages = &login.Login{Issuer: s.issuer, Environment: s.Environment, Handover: s.Handover, Ports: s.AgentPorts, FormPort: s.FormPort,
		Engine: s.engine, Ring: s.ring, Trust: sync.OnceValue(trust),
		Person: s.person, Everybody: s.Persons, Devices: &s.devices, Faults: &s.faults, Now: s.now, Rand: s.Rand, Log: s.Log, Event: s.event, Told: s.told, Wake: s.wake, Deliver: layer.Deliver}
	mux := http.NewServeMux()
	mux.Handle("GET "+u.Path+"/.well-known/openid-configuration", op.Discovery{Issuer: s.issuer, Faults: &s.faults, Mode: s.Mode, Serves: s.pages.Serves})
	mux.Handle(u.Path+"/authorize", op.Authorize{Engine: s.engine, Begin: s.pages.Begin, Refuse: s.pages.Refuse, Serves: s.pages.Serves})
	mux.Handle(u.Path+"/access_token", op.Token{Engine: s.engine})
	mux.Handle(u.Path+"/userinfo", op.UserInfo{Engine: s.engine})
	mux.Handle("GET "+u.Path+"/connect/jwk_uri", op.JWKS{Ring: s.ring, Faults: &s.faults})
	s.engine.Routes(mux, u.Path)
	s.pages.Routes(mux, u.Path)
	return s.diary.Wrap(layer.Wrap(mux)), nil
}

// stray is a key that no key set of ours lists. Reading it takes a while, and
// few servers need it.
func stray() *rsa.PrivateKey { return testpki.Published("card-10") }

// secret is that of a client, empty when it has none.
func (s *Server) secret(client string) string {
	c, _ := s.Client(client)
	return c.Secret
}

// authority is the toy authority, made at most once in a process: it takes
// longer than all else that a server needs.
var authority = sync.OnceValue(testpki.Authentication)

// trust is whom a server believes, made when the first card proves itself.
func trust() pki.Trust {
	ca := authority()
	list := &pki.List{Authority: ca.Certificate, Key: ca.Key}
	list.Revoke(testpki.Lost())
	return pki.Trust{Authority: ca.Certificate, Revocation: list.At}
}

// Close stops serving at once. No timer and no logout token is under way when it
// returns.
func (s *Server) Close() error {
	if s.http == nil {
		return nil
	}
	s.cancel() // what hangs on request ends too
	err := s.http.Close()
	s.alarm.end()
	s.pages.Close()
	return err
}

// URL is where the server listens: http://host:port.
func (s *Server) URL() string { return "http://" + s.listen.Addr().String() }

// Issuer is the OpenID issuer string, exactly as in its tokens.
func (s *Server) Issuer() string { return s.issuer }

// SetFaults switches exactly these faults on.
func (s *Server) SetFaults(ids ...string) error { return s.faults.Replace(ids...) }

// AddFault switches one more fault on.
func (s *Server) AddFault(id string) error { return s.faults.Add(id) }

// ActiveFaults are the ids of the faults that are on.
func (s *Server) ActiveFaults() []string { return s.faults.IDs() }

// Transactions are the sign-ins under way, without secrets.
func (s *Server) Transactions() []map[string]any { return s.pages.Transactions() }

// oneByOne lets many goroutines read from a source that is made for one, such
// as a seeded one.
type oneByOne struct {
	mu sync.Mutex
	r  io.Reader
}

// Read fills b as a whole.
func (o *oneByOne) Read(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return io.ReadFull(o.r, b)
}
