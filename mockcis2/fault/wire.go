package fault

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Exchange is one request and its answer, as a fault on the wire sees them.
type Exchange struct {
	Endpoint string        // path below the issuer: "/authorize", "/access_token"
	Request  *http.Request // its body is used up: see Form
	Form     url.Values    // parameters of the body of a form, else of the query

	Status int         // of the answer
	Header http.Header // of the answer
	Body   []byte      // of the answer
}

// JSON changes an answer that is a JSON object; others stay as they are.
func (x *Exchange) JSON(change func(map[string]any)) {
	doc := map[string]any{}
	if json.Unmarshal(x.Body, &doc) != nil {
		return
	}
	change(doc)
	if raw, err := json.Marshal(doc); err == nil {
		x.Body = raw
	}
}

// Say replaces the answer by a JSON object.
func (x *Exchange) Say(status int, doc map[string]any) {
	x.Status, x.Body = status, []byte("{}")
	x.Header.Set("Content-Type", "application/json;charset=UTF-8")
	x.Header.Del("Location")
	x.JSON(func(into map[string]any) {
		for name, v := range doc {
			into[name] = v
		}
	})
}

// Home changes the parameters with which a browser goes back to an application.
func (x *Exchange) Home(change func(url.Values)) {
	to, err := url.Parse(x.Header.Get("Location"))
	if err != nil {
		return
	}
	q := to.Query()
	if !q.Has("code") && !q.Has("error") {
		return
	}
	change(q)
	to.RawQuery = q.Encode()
	x.Header.Set("Location", to.String())
}

// Wire lets the faults that are on change requests before next sees them, and
// its answers before they leave. Endpoints are named below path. Without such a
// fault next is called as it is.
func (s *Set) Wire(path string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		on := s.onWire()
		if len(on) == 0 {
			next.ServeHTTP(w, r)
			return
		}
		x := &Exchange{Endpoint: strings.TrimPrefix(r.URL.Path, path), Request: r, Header: http.Header{}}
		x.read(w)
		for _, f := range on {
			if f.In != nil {
				f.In(x)
			}
		}
		x.write()
		kept := &keeper{header: x.Header, status: http.StatusOK}
		next.ServeHTTP(kept, r)
		x.Status, x.Body = kept.status, kept.body.Bytes()
		for _, f := range on {
			if f.Out != nil {
				f.Out(x)
			}
		}
		x.send(w)
	})
}

// noticed is owed by a check of a provider. An application should do as said,
// where the fault concerns what it sends.
func noticed(text string) Owes { return Owes{"check", Either, text} }

// OnWire says whether the fault changes requests or answers.
func (i Info) OnWire() bool { return i.In != nil || i.Out != nil }

func (s *Set) onWire() []Info {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var on []Info
	for _, f := range s.on {
		if f.OnWire() {
			on = append(on, f.Info)
		}
	}
	return on
}

// inBody says whether the parameters are in the body.
func (x *Exchange) inBody() bool {
	return x.Request.Method == http.MethodPost && strings.HasPrefix(x.Request.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

func (x *Exchange) read(w http.ResponseWriter) {
	x.Form = x.Request.URL.Query()
	if !x.inBody() {
		return
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, x.Request.Body, 1<<16))
	form, bad := url.ParseQuery(string(raw))
	if err == nil && bad == nil {
		x.Form = form
	}
}

func (x *Exchange) write() {
	if !x.inBody() {
		x.Request.URL.RawQuery = x.Form.Encode()
		return
	}
	body := x.Form.Encode()
	x.Request.Body, x.Request.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
}

func (x *Exchange) send(w http.ResponseWriter) {
	for name, values := range x.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(x.Body)))
	w.WriteHeader(x.Status)
	_, _ = w.Write(x.Body) // a reader that went away is no error of ours
}

// keeper holds an answer back.
type keeper struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *keeper) Header() http.Header         { return k.header }
func (k *keeper) Write(p []byte) (int, error) { return k.body.Write(p) }
func (k *keeper) WriteHeader(status int)      { k.status = status }
