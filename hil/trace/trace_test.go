package trace_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	wire "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/trace"
)

// asCell has the test program be the process of a cell.
const asCell = "TEST_TRACE_AS_CELL"

func TestMain(m *testing.M) {
	if os.Getenv(asCell) != "" {
		os.Exit(cell())
	}
	os.Exit(m.Run())
}

// cell is what a cell's process does with its environment.
func cell() int {
	ctx := context.Background()
	t, err := trace.Start(ctx, trace.Settings{Endpoint: os.Getenv(trace.EndpointVariable), Service: "conformance"})
	if err != nil {
		return 1
	}
	_, end := t.Span(trace.Resume(ctx, os.Getenv(trace.Variable)), "run specs")
	end(nil)
	if t.Close(ctx) != nil {
		return 1
	}
	return 0
}

// span is one that arrived.
type span struct{ service, name, trace, id, parent, status string }

// sink stands in for a collector: it takes OTLP over HTTP.
type sink struct {
	*httptest.Server
	mu    sync.Mutex
	spans []span
}

func newSink(t *testing.T) *sink {
	s := &sink{}
	s.Server = httptest.NewServer(http.HandlerFunc(s.take))
	t.Cleanup(s.Close)
	return s
}

func (s *sink) take(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	var all collector.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(raw, &all) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, of := range all.ResourceSpans {
		service := ""
		for _, a := range of.Resource.Attributes {
			if a.Key == "service.name" {
				service = a.Value.GetStringValue()
			}
		}
		for _, scope := range of.ScopeSpans {
			for _, x := range scope.Spans {
				s.spans = append(s.spans, seen(service, x))
			}
		}
	}
}

func seen(service string, x *wire.Span) span {
	return span{service, x.Name, hex.EncodeToString(x.TraceId), hex.EncodeToString(x.SpanId), hex.EncodeToString(x.ParentSpanId), x.Status.GetMessage()}
}

func (s *sink) find(t *testing.T, name string) span {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.spans, func(x span) bool { return x.name == name })
	if i < 0 {
		t.Fatalf("no span %q among %+v", name, s.spans)
	}
	return s.spans[i]
}

func start(t *testing.T, s trace.Settings) *trace.Tracer {
	t.Helper()
	x, err := trace.Start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// Requirement: planner, host and the cell's own process make one trace, each
// within the one before; it goes with the work and in the child's environment.
// Source: issue point 6; W3C Trace Context section 3.2. Turned red by: a host
// that begins anew, or a child that is not told.
func TestOneTraceOverThreePrograms(t *testing.T) {
	to := newSink(t)
	settings := trace.Settings{Endpoint: to.URL + "/v1/traces", Service: "hil planner"}
	planner := start(t, settings)
	ctx, planned := planner.Span(t.Context(), "hand out", trace.Run, "r1", trace.Cell, "c1")
	work := farm.Work{Run: "r1", Cell: "c1", Attempt: 1, Trace: trace.Carry(ctx)}
	planned(nil)

	settings.Service, settings.Host = "hil host", "desk"
	host := start(t, settings)
	ctx, ran := host.Span(trace.Resume(t.Context(), work.Trace), "run cell", trace.Host, "desk")
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), append(trace.Environ(ctx, settings), asCell+"=1")...)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	trace.Note(ctx, trace.Verdict, "MISS")
	ran(errors.New("the reader went away"))
	for _, x := range []*trace.Tracer{planner, host} {
		if err := x.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	first, second, third := to.find(t, "hand out"), to.find(t, "run cell"), to.find(t, "run specs")
	if first.service != "hil planner" || second.service != "hil host" || third.service != "conformance" {
		t.Errorf("services: %+v %+v %+v", first, second, third)
	}
	if first.trace != second.trace || second.trace != third.trace {
		t.Errorf("three traces: %+v %+v %+v", first, second, third)
	}
	if first.parent != "" || second.parent != first.id || third.parent != second.id {
		t.Errorf("not within each other: %+v %+v %+v", first, second, third)
	}
	if second.status != "the reader went away" || first.status != "" {
		t.Errorf("status: %+v %+v", first, second)
	}
}

// Requirement: without an endpoint nothing is made, carried or put into an
// environment, and whoever calls need not know. Turned red by: a nil that
// panics; tracing that nobody asked for.
func TestOff(t *testing.T) {
	off := start(t, trace.Settings{Service: "hil host"})
	ctx, end := off.Span(t.Context(), "run cell")
	trace.Note(ctx, trace.Verdict, "PASS")
	end(errors.New("x"))
	if off != nil || trace.Carry(ctx) != "" || trace.Environ(ctx, trace.Settings{}) != nil || off.Close(ctx) != nil {
		t.Error("something is on")
	}
}

// Requirement: bad input is an error or nothing, never a stop. Turned red by: a
// traceparent that is trusted, an endpoint that is not looked at.
func TestBadInput(t *testing.T) {
	for _, endpoint := range []string{"127.0.0.1:4318", "ftp://x/", "http://", ":"} {
		if _, err := trace.Start(t.Context(), trace.Settings{Endpoint: endpoint}); err == nil || !strings.Contains(err.Error(), "no address") {
			t.Errorf("%q: %v", endpoint, err)
		}
	}
	for _, carried := range []string{"", "x", "00-0-0-01", "00-" + strings.Repeat("0", 32) + "-" + strings.Repeat("0", 16) + "-01"} {
		if got := trace.Carry(trace.Resume(t.Context(), carried)); got != "" {
			t.Errorf("%q goes on as %q", carried, got)
		}
	}
}

// Requirement: a collector that is away neither holds up a cell nor goes
// unnoticed, and is complained about once. Turned red by: sending while the span
// ends, or a line for each batch.
func TestCollectorAway(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	var said bytes.Buffer
	x := start(t, trace.Settings{Endpoint: gone.URL + "/v1/traces", Service: "hil host", Log: slog.New(slog.NewTextHandler(&said, nil))})
	for range 5000 { // more than its queue holds
		_, end := x.Span(t.Context(), "run cell")
		end(nil)
	}
	if err := x.Close(t.Context()); err != nil {
		t.Errorf("closing: %v", err)
	}
	if n := strings.Count(said.String(), "spans of traces are lost"); n != 1 {
		t.Errorf("said %d times:\n%s", n, said.String())
	}
}
