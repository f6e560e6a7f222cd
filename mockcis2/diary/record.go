package diary

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// kept is how many bytes of a body are looked at.
const kept = 1 << 16

// Wrap writes every request that next answers into the diary.
func (d *Diary) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := d.read(r)
		room := d.rooms.Get().(*[]byte)
		seen := &answer{ResponseWriter: w, status: http.StatusOK, wanted: speaks[e.Endpoint], body: (*room)[:0]}
		whole := false
		defer func() { // a handler that panics aborts its answer, by fault or not
			e.Took = d.now().Sub(e.At)
			e.Answer = d.judge(e.Endpoint, seen)
			e.Answer.Aborted = !whole || seen.taken
			d.place(e)
			*room = seen.body
			d.rooms.Put(room)
		}()
		next.ServeHTTP(seen, r)
		whole = true
	})
}

// read parses a request. Its body can be read again.
func (d *Diary) read(r *http.Request) Entry {
	e := Entry{At: d.now().UTC(), Endpoint: Endpoint(r.URL.Path), Method: cut(r.Method), Host: cut(r.Host), Path: cut(r.URL.Path), Marks: map[string]Mark{}}
	e.Remote, _, _ = net.SplitHostPort(r.RemoteAddr) // empty when there is none
	query, odd := url.ParseQuery(r.URL.RawQuery)     // what can be read of it
	e.Query = d.redact(query, e.Marks)
	posted, token := body(r)
	e.Form = d.redact(posted, e.Marks)
	if odd == nil && r.Method == http.MethodGet && r.Form == nil {
		r.Form = query // nobody has to parse it again
	}
	both := url.Values{"client_id": append(query["client_id"], posted["client_id"]...)}
	e.Client = cut(both.Get("client_id"))
	switch {
	case posted.Get("client_assertion") != "":
		e.Assertion = d.peek(posted.Get("client_assertion"), false)
		if e.Client == "" {
			e.Client = e.Assertion.Subject
		}
	case token != "":
		e.Assertion = d.peek(token, true)
		e.Tx = e.Assertion.Tx
	}
	d.headers(r, &e)
	return e
}

// headers keeps a chosen few; of Authorization who, not what.
func (d *Diary) headers(r *http.Request, e *Entry) {
	e.Headers = map[string]string{}
	for _, name := range []string{"Accept", "Content-Type", "Origin", "User-Agent"} {
		if v := r.Header.Get(name); v != "" {
			e.Headers[name] = cut(v)
		}
	}
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch user, secret, basic := r.BasicAuth(); {
	case basic:
		if id, err := url.QueryUnescape(user); err == nil {
			user = id
		}
		e.Marks["basic"] = d.mark(secret)
		e.Headers["Authorization"] = "Basic " + cut(user) + ":[blanked " + e.Marks["basic"].Hash + "]"
		if e.Client == "" {
			e.Client = cut(user)
		}
	case rest != "":
		e.Marks["bearer"] = d.mark(rest)
		e.Headers["Authorization"] = cut(scheme) + " [blanked " + e.Marks["bearer"].Hash + "]"
	case scheme != "":
		e.Headers["Authorization"] = "[blanked]"
	}
}

// short is how long a form may be that is parsed once for all: every endpoint
// takes more, and has no reason to refuse it.
const short = 1 << 12

// body copies a form or a JWT out of the request and puts the body back. A form
// in which nothing is odd becomes r.PostForm, where the address has no
// parameters beside it.
func body(r *http.Request) (form url.Values, token string) {
	kind, odd := media(r.Header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" && kind != "application/jwt" || r.Body == nil {
		return nil, ""
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, kept+1))
	rest := r.Body
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(raw), rest), rest}
	if err != nil || len(raw) > kept {
		return nil, ""
	}
	if kind == "application/jwt" {
		return nil, string(raw)
	}
	form, err = url.ParseQuery(string(raw)) // what can be read of it
	if err == nil && odd == nil && len(raw) <= short && r.URL.RawQuery == "" && r.Method == http.MethodPost && r.PostForm == nil {
		r.PostForm = form
	}
	return form, ""
}
