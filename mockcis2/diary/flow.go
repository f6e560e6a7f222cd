package diary

import (
	"fmt"
	"strings"
)

// Flow is one attempt of one application to have somebody signed in: from its
// authorization request through the pages and the agent to tokens, userinfo
// and logout.
type Flow struct {
	ID      string  // flow-1, flow-2, …
	Client  string  // who asked
	State   string  // hash of state; empty when none was sent
	Entries []Entry // oldest first
}

// Flows are the flows of which entries are kept, in the order they began.
func (d *Diary) Flows() []Flow { return Group(d.Entries()) }

// Group sorts entries into flows. Those that belong to none are left out.
func Group(entries []Entry) []Flow {
	at := map[string]int{}
	flows := []Flow{}
	for _, e := range entries {
		if e.Flow == "" {
			continue
		}
		i, ok := at[e.Flow]
		if !ok {
			i = len(flows)
			at[e.Flow] = i
			flows = append(flows, Flow{ID: e.Flow})
		}
		f := &flows[i]
		f.Entries = append(f.Entries, e)
		if e.Endpoint == "authorize" || e.Endpoint == "par" || f.Client == "" {
			f.Client = e.Client
		}
		if h := e.Hash("state"); h != "" && f.State == "" {
			f.State = h
		}
	}
	return flows
}

// Requests are the flow's requests to one endpoint.
func (f Flow) Requests(endpoint string) []Entry {
	var out []Entry
	for _, e := range f.Entries {
		if e.Endpoint == endpoint {
			out = append(out, e)
		}
	}
	return out
}

// place finds the flow that an entry belongs to and writes it down.
func (d *Diary) place(e Entry) {
	defer d.wrote()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.transaction(&e)
	e.Flow = d.owner(e)
	if e.Flow == "" && (e.Endpoint == "authorize" || e.Endpoint == "par") {
		d.flows++
		e.Flow = fmt.Sprintf("flow-%d", d.flows)
		d.clients.put(e.Flow, e.Client)
	}
	if e.Client == "" {
		e.Client = d.clients.get(e.Flow)
	}
	if e.Flow != "" {
		for _, name := range []string{"code", "access_token", "id_token", "refresh_token", "request_uri"} {
			if h := e.Got(name); h != "" {
				d.known.put(name+" "+h, e.Flow)
			}
		}
		if e.Tx != "" {
			d.known.put("tx "+e.Tx, e.Flow)
		}
	}
	d.write(e)
}

// owner is the flow whose transaction, code or token the entry carries. A
// request for a sign-in begins one, but for one that was pushed before.
func (d *Diary) owner(e Entry) string {
	if e.Endpoint == "authorize" || e.Endpoint == "par" {
		return d.known.get("request_uri " + e.Hash("request_uri"))
	}
	for _, by := range [...][2]string{{"code ", "code"}, {"access_token ", "bearer"}, {"access_token ", "access_token"},
		{"access_token ", "token"}, {"refresh_token ", "refresh_token"}, {"id_token ", "id_token_hint"}} {
		if h := e.Hash(by[1]); h != "" {
			if f := d.known.get(by[0] + h); f != "" {
				return f
			}
		}
	}
	if f := d.known.get("tx " + e.Tx); f != "" && e.Tx != "" {
		return f
	}
	for segment := range strings.SplitSeq(e.Path, "/") {
		if f := d.known.get("tx " + segment); f != "" {
			return f
		}
	}
	return ""
}

// transaction reads the id out of path or redirect: the segment of 22
// characters that 128 bits of base64url are.
func (d *Diary) transaction(e *Entry) {
	e.name(e.Path)
	if e.Answer != nil && !e.Answer.home() {
		e.name(e.Answer.Location) // of a redirect rather than of the page that redirects
	}
}

// name takes the transaction from a path that has one.
func (e *Entry) name(path string) {
	for s := range strings.SplitSeq(path, "/") {
		if len(s) == 22 {
			e.Tx = s
		}
	}
}

// home says whether a redirect leads to the application.
func (a *Answer) home() bool { return a.Params.Has("code") || a.Params.Has("error") }

// memory is a map that forgets its oldest keys.
type memory struct {
	limit int
	of    map[string]string
	order []string
}

func (m *memory) put(key, value string) {
	if m.of == nil {
		m.of = map[string]string{}
	}
	if _, ok := m.of[key]; !ok {
		if len(m.order) >= m.limit {
			for _, old := range m.order[:max(1, m.limit/4)] {
				delete(m.of, old)
			}
			kept := copy(m.order, m.order[max(1, m.limit/4):])
			clear(m.order[kept:])
			m.order = m.order[:kept]
		}
		m.order = append(m.order, key)
	}
	m.of[key] = value
}

func (m *memory) get(key string) string { return m.of[key] }
