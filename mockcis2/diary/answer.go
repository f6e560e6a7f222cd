package diary

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"mime"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// speaks are the endpoints whose bodies are looked into.
var speaks = map[string]bool{"authorize": true, "par": true, "token": true, "userinfo": true, "jwks": true, "revoke": true, "introspect": true, "logout": true, "page": true, "agent": true}

// answer watches what a handler writes.
type answer struct {
	http.ResponseWriter
	status int
	begun  bool
	taken  bool // hijacked: what follows is not HTTP of ours
	wanted bool
	body   []byte
	size   int64
}

// WriteHeader notes the final status.
func (a *answer) WriteHeader(code int) {
	if code >= 200 && !a.begun {
		a.status, a.begun = code, true
	}
	a.ResponseWriter.WriteHeader(code)
}

// Write keeps the beginning of the body.
func (a *answer) Write(p []byte) (int, error) {
	a.begun = true
	a.size += int64(len(p))
	if room := kept - len(a.body); a.wanted && room > 0 {
		a.body = append(a.body, p[:min(room, len(p))]...)
	}
	return a.ResponseWriter.Write(p)
}

// Flush and Hijack serve the faults that stall and cut connections.
func (a *answer) Flush() { _ = http.NewResponseController(a.ResponseWriter).Flush() }

// Hijack hands the connection over.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	a.taken = true
	return http.NewResponseController(a.ResponseWriter).Hijack()
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// media is the media type without its parameters. The usual ones are known.
func media(text string) (string, error) {
	switch text {
	case "application/json;charset=UTF-8", "application/json":
		return "application/json", nil
	case "application/x-www-form-urlencoded", "application/jwt":
		return text, nil
	case "text/html; charset=utf-8":
		return "text/html", nil
	}
	kind, _, err := mime.ParseMediaType(text)
	return kind, err
}

// judge parses what was answered.
func (d *Diary) judge(endpoint string, a *answer) *Answer {
	kind, _ := media(a.Header().Get("Content-Type"))
	out := &Answer{Status: a.status, Type: cut(kind), Size: a.size, Issued: map[string]Mark{}}
	if to := a.Header().Get("Location"); to != "" {
		d.redirect(to, out)
	}
	switch {
	case kind == "application/json":
		d.document(endpoint, a.body, out)
	case kind == "application/jwt" && endpoint == "agent":
		d.handed(string(a.body), out)
	case kind == "text/html" && (endpoint == "authorize" || endpoint == "page"):
		d.posted(string(a.body), out)
	}
	return out
}

func (d *Diary) redirect(to string, out *Answer) {
	u, err := url.Parse(to)
	if err != nil {
		return
	}
	q := u.Query()
	if strings.Contains(u.Fragment, "=") {
		if fragment, err := url.ParseQuery(u.Fragment); err == nil {
			for name, v := range fragment {
				q[name] = append(q[name], v...)
			}
		}
	}
	u.RawQuery, u.Fragment = "", ""
	out.Location = cut(u.String())
	d.params(q, out)
}

func (d *Diary) params(q url.Values, out *Answer) {
	out.Params = d.redact(q, out.Issued)
	out.Error, out.Description = cut(q.Get("error")), cut(q.Get("error_description"))
	if t := q.Get("id_token"); t != "" {
		out.IDToken = d.peek(t, true)
	}
}

// handed notes the tokens in what the agent is given: there should be none.
func (d *Diary) handed(token string, out *Answer) {
	parts := strings.Split(token, ".")
	claims := map[string]any{}
	if len(parts) != 3 || !decode(parts[1], nil, &claims) {
		return
	}
	for _, name := range []string{"access_token", "id_token", "refresh_token"} {
		if value, ok := claims[name].(string); ok {
			out.Issued[name] = d.mark(value)
		}
	}
}

// hidden is an input of a form that posts itself (OAuth 2.0 Form Post Response
// Mode).
var hidden = regexp.MustCompile(`(?i)<input[^>]*type="hidden"[^>]*name="([a-z_]+)"[^>]*value="([^"]*)"`)

func (d *Diary) posted(page string, out *Answer) {
	if !strings.Contains(page, `name="code"`) && !strings.Contains(page, `name="error"`) {
		return
	}
	q := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, parameters) {
		q.Add(m[1], html.UnescapeString(m[2]))
	}
	if q.Has("code") || q.Has("error") {
		d.params(q, out)
	}
}

// issued is what the diary looks at in a JSON answer.
type issued struct {
	Error       any `json:"error"`
	Description any `json:"error_description"`
	ExpiresIn   any `json:"expires_in"`
	Access      any `json:"access_token"`
	ID          any `json:"id_token"`
	Refresh     any `json:"refresh_token"`
	RequestURI  any `json:"request_uri"`
	Keys        any `json:"keys"`
}

// member is where a member of this name goes, nil when nowhere.
func (i *issued) member(name string) *any {
	switch name {
	case "error":
		return &i.Error
	case "error_description":
		return &i.Description
	case "expires_in":
		return &i.ExpiresIn
	case "access_token":
		return &i.Access
	case "id_token":
		return &i.ID
	case "refresh_token":
		return &i.Refresh
	case "request_uri":
		return &i.RequestURI
	case "keys":
		return &i.Keys
	}
	return nil
}

// document reads a JSON answer: what it issued, or why it refused.
func (d *Diary) document(endpoint string, raw []byte, out *Answer) {
	var doc issued
	if !glance(raw, doc.member) && json.Unmarshal(raw, &doc) != nil {
		return
	}
	out.Error, out.Description = text(doc.Error), text(doc.Description)
	keys, _ := doc.Keys.([]any)
	for _, k := range keys[:min(len(keys), parameters)] {
		key, _ := k.(map[string]any)
		out.Keys = append(out.Keys, text(key["kid"]))
	}
	if endpoint != "token" && endpoint != "par" {
		return
	}
	out.ExpiresIn = number(doc.ExpiresIn)
	for _, name := range []string{"access_token", "id_token", "refresh_token", "request_uri"} {
		if s, ok := (*doc.member(name)).(string); ok && s != "" {
			out.Issued[name] = d.mark(s)
		}
	}
	if s, ok := doc.ID.(string); ok {
		out.IDToken = d.peek(s, true)
		access, _ := doc.Access.(string)
		sum := sha256.Sum256([]byte(access))
		out.IDToken.AtWrong = out.IDToken.AtHash != "" && out.IDToken.AtHash != base64.RawURLEncoding.EncodeToString(sum[:16])
	}
}
