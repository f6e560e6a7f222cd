package control

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

// described is openapi.yaml, judged by a library we did not write.
func described(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(description)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context(), openapi3.IsOpenAPI31OrLater()); err != nil {
		t.Fatal(err)
	}
	if !doc.IsOpenAPI31OrLater() {
		t.Fatalf("openapi is %s", doc.OpenAPI)
	}
	return doc
}

// Requirement: the committed description is valid OpenAPI 3.1 and has exactly
// the routes of the code. Source: the issue, item 8. Turned red by: a route
// without a description, or the other way round.
func TestDescriptionHasEveryRoute(t *testing.T) {
	var code, text []string
	for _, r := range (Door{Server: &mockcis2.Server{}}).routes(&guard{}) {
		code = append(code, strings.ReplaceAll(r.pattern, "{$}", ""))
	}
	for path, item := range described(t).Paths.Map() {
		for method := range item.Operations() {
			text = append(text, method+" "+path)
		}
	}
	slices.Sort(code)
	slices.Sort(text)
	if !slices.Equal(code, text) {
		t.Errorf("code:\n%s\ndescription:\n%s", strings.Join(code, "\n"), strings.Join(text, "\n"))
	}
}

// bench is a door whose every answer is held to its description.
type bench struct {
	t      *testing.T
	server *mockcis2.Server
	door   *httptest.Server
	doc    *openapi3.T
	seen   map[string]bool // "METHOD /path/{id} STATUS"
}

func newBench(t *testing.T) *bench {
	t.Helper()
	s := &mockcis2.Server{}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	door := httptest.NewServer(Door{Server: s, Environment: "int"}.Handler())
	t.Cleanup(door.Close)
	return &bench{t, s, door, described(t), map[string]bool{}}
}

// ask sends one request and holds the answer to its description. Headers are
// pairs.
func (b *bench) ask(want int, method, path, body string, headers ...string) string {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.door.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	stay := http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := stay.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if answer.StatusCode != want {
		b.t.Errorf("%s %s: %d %s, want %d", method, path, answer.StatusCode, raw, want)
	}
	b.judge(r, answer, raw)
	if c := answer.Header.Get("Set-Cookie"); c != "" {
		return c
	}
	return string(raw)
}

func (b *bench) judge(r *http.Request, answer *http.Response, raw []byte) {
	b.t.Helper()
	path, params := b.template(r.URL.Path)
	if path == "" || b.doc.Paths.Find(path).GetOperation(r.Method) == nil {
		return // not a route: TestStray
	}
	operation := b.doc.Paths.Find(path).GetOperation(r.Method)
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params,
			Route: &routers.Route{Spec: b.doc, Path: path, PathItem: b.doc.Paths.Find(path), Method: r.Method, Operation: operation}},
		Status: answer.StatusCode, Header: answer.Header, Body: io.NopCloser(bytes.NewReader(raw)),
		// Pages and streams are text, of which a schema says nothing.
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: strings.HasPrefix(answer.Header.Get("Content-Type"), "text/")},
	}
	if err := openapi3filter.ValidateResponse(b.t.Context(), input); err != nil {
		b.t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	b.seen[fmt.Sprint(r.Method, " ", path, " ", answer.StatusCode)] = true
}

// template is the described path of a real one: the one with fewest
// parameters.
func (b *bench) template(path string) (best string, params map[string]string) {
	got := strings.Split(path, "/")
	for t := range b.doc.Paths.Map() {
		want, found, same := strings.Split(t, "/"), map[string]string{}, true
		for i := range min(len(want), len(got)) {
			if name, ok := strings.CutPrefix(want[i], "{"); ok {
				found[strings.TrimSuffix(name, "}")] = got[i]
			} else if want[i] != got[i] {
				same = false
			}
		}
		if same && len(want) == len(got) && (best == "" || len(found) < len(params)) {
			best, params = t, found
		}
	}
	return best, params
}

// all holds that every described answer was seen.
func (b *bench) all() {
	b.t.Helper()
	for path, item := range b.doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for status := range operation.Responses.Map() {
				if key := method + " " + path + " " + status; !b.seen[key] {
					b.t.Errorf("described and never seen: %s", key)
				}
			}
		}
	}
}
