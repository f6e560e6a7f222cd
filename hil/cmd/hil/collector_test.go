package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	spans "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collector stands in for OpenTelemetry's: it takes OTLP over HTTP and keeps, for
// each trace, who said what.
type collector struct {
	*httptest.Server
	t  *testing.T
	mu sync.Mutex
	by map[string][]string // by trace: "service: span"
}

func newCollector(t *testing.T) *collector {
	c := &collector{t: t, by: map[string][]string{}}
	c.Server = httptest.NewServer(http.HandlerFunc(c.take))
	t.Cleanup(c.Close)
	return c
}

func (c *collector) take(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	var all spans.ExportTraceServiceRequest
	if err != nil || proto.Unmarshal(raw, &all) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, of := range all.ResourceSpans {
		service := ""
		for _, a := range of.Resource.Attributes {
			if a.Key == "service.name" {
				service = a.Value.GetStringValue()
			}
		}
		for _, scope := range of.ScopeSpans {
			for _, x := range scope.Spans {
				c.by[string(x.TraceId)] = append(c.by[string(x.TraceId)], service+": "+x.Name)
			}
		}
	}
}

// oneTrace wants a trace that has all of these; spans are sent a second late.
func (c *collector) oneTrace(want ...string) {
	c.t.Helper()
	for range 100 {
		c.mu.Lock()
		for _, said := range c.by {
			if !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(said, w) }) {
				c.mu.Unlock()
				return
			}
		}
		c.mu.Unlock()
		time.Sleep(100 * time.Millisecond)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t.Errorf("no trace has %s: %q", strings.Join(want, ", "), c.by)
}
