package fault

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Layer stands between the network and the provider, and lets the faults of its
// set change or replace answers. With no fault on it passes everything on.
type Layer struct {
	World
	Set   *Set
	host  string // of the issuer
	path  string
	links links
	rooms sync.Pool // of *[]byte: bodies of answers, until they are sent
}

// NewLayer makes a layer over an issuer. It fails on an issuer that is no URL.
func NewLayer(w World, s *Set) (*Layer, error) {
	u, err := url.Parse(w.Issuer)
	if err != nil {
		return nil, err
	}
	return &Layer{World: w, Set: s, host: hostOf(u), path: u.Path, rooms: sync.Pool{New: func() any { return new([]byte) }}}, nil
}

// Wrap puts the layer before a provider. Its handler panics with
// http.ErrAbortHandler where a fault breaks the connection.
func (l *Layer) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := l.call(r)
		if l.Set.none() && !c.telling() {
			next.ServeHTTP(w, r)
			return
		}
		var due []*running
		if !l.Set.none() {
			due = l.Set.due(c.Endpoint, c)
			r = told(r, due)
			c.request = r
		}
		x := l.exchange(w, r, due)
		if x != nil {
			x.in(due)
		}
		for _, f := range due {
			if f.Instead != nil && f.Instead(f.aimed(c), w) {
				return
			}
		}
		if !slices.ContainsFunc(due, (*running).changes) && !c.telling() {
			next.ServeHTTP(w, r)
			return
		}
		room := l.rooms.Get().(*[]byte)
		a := &Answer{Status: http.StatusOK, Body: *bytes.NewBuffer((*room)[:0]), header: w.Header()}
		next.ServeHTTP(a, r)
		l.learn(c, a)
		if c.Endpoint != Logout && a.leaves(l.host) {
			due = append(due, l.Set.due(Callback, c)...)
		}
		l.change(c, x, a, due)
		a.send(w)
		if whole := a.Body.Bytes(); cap(whole) <= largestRoom {
			*room = whole[:0]
			l.rooms.Put(room)
		}
	})
}

// largestRoom is how much of a body's memory is kept for the next.
const largestRoom = 1 << 16

// change lets the faults that are due change an answer.
func (l *Layer) change(c *Call, x *Exchange, a *Answer, due []*running) {
	if x == nil {
		x = &Exchange{Request: c.request, Form: c.Form}
	}
	for _, f := range due {
		f.change(f.aimed(c), a)
		if f.Out != nil {
			x.out(f, a)
		}
	}
}

// aimed is the call with the fault's own parameters and memory.
func (f *running) aimed(c *Call) *Call {
	own := *c
	own.values, own.Memory = f.values, &f.memory
	return &own
}

// hooked says whether the fault does something to an answer by itself; one that
// does not is asked for by Set.On.
func (f Info) hooked() bool {
	return f.IDToken != nil || f.Sealed != nil || f.Request != nil || f.UserInfo != nil || f.Answer != nil || f.Instead != nil || f.LogoutToken != nil || f.Delivery != nil || f.OnWire()
}

// changes says whether it looks at the provider's own answer.
func (f *running) changes() bool { return f.hooked() && (f.Instead == nil || f.Answer != nil) }

// telling says whether the answer may tell which flow something belongs to, or
// take the browser home.
func (c *Call) telling() bool {
	switch c.Endpoint {
	case Authorize, Token, Login, Role, Abandon, Assertion:
		return true
	}
	return false
}

// learn reads from an answer what belongs to which flow.
func (l *Layer) learn(c *Call, a *Answer) {
	p := party{c.Flow, c.Client}
	switch c.Endpoint {
	case Token:
		if a.Status == http.StatusOK {
			l.links.learn(member(a.Body.Bytes(), `"access_token":"`), p)
			l.links.learn(member(a.Body.Bytes(), `"id_token":"`), p)
		}
	case Assertion:
		ticket, _ := unsealed(a.Body.String())["ticket"].(string)
		l.links.learn([]byte(ticket), p)
	default:
		to := a.target()
		if to == nil {
			return
		}
		if a.leaves(l.host) {
			l.links.learn([]byte(to.Query().Get("code")), p)
		} else if at, id := place(strings.TrimPrefix(to.Path, l.path)); at == Login {
			l.links.learn([]byte(id), party{id, c.Client})
		}
	}
}

// member is a token in our own answer, which needs no escapes in it. Reading
// all of the JSON would cost more than the rest of the layer. Another shape
// tells nothing. The name comes with its quotes and colon, and what is found is
// part of the body.
func member(body []byte, name string) []byte {
	_, rest, _ := bytes.Cut(body, []byte(name))
	token, _, _ := bytes.Cut(rest, []byte(`"`))
	return token
}

// Answer is an answer before it is sent.
type Answer struct {
	Status int
	Body   bytes.Buffer
	cut    bool // the connection ends in the middle of the body

	said   string   // Location as it was parsed last
	at     *url.URL // the same
	header http.Header
	wrote  bool
}

// Header is the answer's.
func (a *Answer) Header() http.Header { return a.header }

// WriteHeader keeps the first status.
func (a *Answer) WriteHeader(status int) {
	if !a.wrote {
		a.Status, a.wrote = status, true
	}
}

// Write keeps the body.
func (a *Answer) Write(b []byte) (int, error) {
	a.wrote = true
	return a.Body.Write(b)
}

// target is where the answer sends the browser, parsed once; nil when there is
// no such place. It must not be changed.
func (a *Answer) target() *url.URL {
	said := a.header.Get("Location")
	if said == "" {
		return nil
	}
	if said != a.said {
		a.said = said
		a.at, _ = url.Parse(said) // nil when it cannot be read
	}
	return a.at
}

// leaves says whether the answer takes the browser away from a host.
func (a *Answer) leaves(host string) bool {
	if a.Status/100 != 3 {
		return false
	}
	to := a.target()
	return to != nil && to.Host != "" && hostOf(to) != host
}

// hostOf is host and port, the default port dropped: CIS2 has it in its issuer.
func hostOf(u *url.URL) string {
	switch u.Scheme {
	case "https":
		return strings.TrimSuffix(u.Host, ":443")
	case "http":
		return strings.TrimSuffix(u.Host, ":80")
	}
	return u.Host
}

func (a *Answer) send(w http.ResponseWriter) {
	w.Header().Del("Content-Length")
	body := a.Body.Bytes()
	if a.cut {
		sever(w, a.Status, body)
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(body) // a reader that went away is no error of ours
}
