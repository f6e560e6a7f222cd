package fault

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
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

	posted bool // Form is that of the body
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

// exchange is the request as a fault on the wire sees it, nil when none is due
// that would look. Its body can still be read by others.
func (l *Layer) exchange(w http.ResponseWriter, r *http.Request, due []*running) *Exchange {
	if !slices.ContainsFunc(due, func(f *running) bool { return f.OnWire() }) {
		return nil
	}
	x := &Exchange{Endpoint: strings.TrimPrefix(r.URL.Path, l.path), Request: r, Header: w.Header()}
	x.read()
	return x
}

// in lets faults change the request.
func (x *Exchange) in(due []*running) {
	changed := false
	for _, f := range due {
		if f.In != nil {
			f.In(x)
			changed = true
		}
	}
	if changed {
		x.write()
	}
}

// out lets a fault change the answer.
func (x *Exchange) out(f *running, a *Answer) {
	x.Status, x.Header, x.Body = a.Status, a.header, bytes.Clone(a.Body.Bytes())
	f.Out(x)
	a.Status = x.Status
	a.Body.Reset()
	a.Body.Write(x.Body)
}

// noticed is owed by a check of a provider. An application should do as said,
// where the fault concerns what it sends.
func noticed(text string) Owes { return Owes{"check", Either, text} }

// OnWire says whether the fault changes requests or answers.
func (i Info) OnWire() bool { return i.In != nil || i.Out != nil }

// inBody says whether the parameters are in the body.
func (x *Exchange) inBody() bool {
	return x.Request.Method == http.MethodPost && strings.HasPrefix(x.Request.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

func (x *Exchange) read() {
	x.Form = x.Request.URL.Query()
	if !x.inBody() {
		return
	}
	raw := (&Call{request: x.Request, Form: url.Values{}}).peek()
	if form, err := url.ParseQuery(string(raw)); err == nil && raw != nil {
		x.Form, x.posted = form, true
	}
}

func (x *Exchange) write() {
	x.Request.Form, x.Request.PostForm = nil, nil // parsed before the change
	if x.inBody() && !x.posted {
		return // nobody can read it
	}
	if !x.posted {
		at := *x.Request.URL
		at.RawQuery = x.Form.Encode()
		x.Request.URL = &at
		return
	}
	body := x.Form.Encode()
	x.Request.Body, x.Request.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
}
