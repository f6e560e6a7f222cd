// Package trace follows a cell over the programs that it goes through: the
// planner that hands it out, the host that takes it, and the process that runs
// it. Each adds spans to one OpenTelemetry trace; the trace goes with the work
// as a W3C traceparent (https://www.w3.org/TR/trace-context/), in
// farm.Work.Trace and in the environment of the child.
//
// It is off, and costs nothing, unless Settings name an endpoint. Spans carry
// names of runs, cells, hosts and devices, and verdicts; nothing that a card or
// a person said.
package trace

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Settings say where spans go. The zero value is off.
type Settings struct {
	// Endpoint takes OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces.
	Endpoint string
	Service  string            // "hil planner", "hil host", "conformance"
	Host     string            // the bench's name for this machine; may be empty
	Version  string            // of the program; may be empty
	Headers  map[string]string // such as a collector's token; may be nil
	Log      *slog.Logger      // hears when spans are lost; may be nil
}

// Tracer makes spans. A nil Tracer makes none.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// Start makes a tracer; nil, and no error, where Settings are off. Spans are
// sent in the background: a collector that is away holds up nothing and loses
// spans. Close sends what is left.
func Start(ctx context.Context, s Settings) (*Tracer, error) {
	if s.Endpoint == "" {
		return nil, nil
	}
	if u, err := url.Parse(s.Endpoint); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("trace endpoint %q is no address such as http://127.0.0.1:4318/v1/traces", s.Endpoint)
	}
	to, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(s.Endpoint), otlptracehttp.WithHeaders(s.Headers), otlptracehttp.WithTimeout(5*time.Second))
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	return With(s, sdk.WithBatcher(&exporter{SpanExporter: to, log: s.Log}, sdk.WithBatchTimeout(time.Second))), nil
}

// With is a tracer whose spans go elsewhere, such as into memory in a test.
func With(s Settings, processor sdk.TracerProviderOption) *Tracer {
	about := []attribute.KeyValue{attribute.String("service.name", s.Service), attribute.String("service.namespace", "hil")}
	if s.Host != "" {
		about = append(about, attribute.String("host.name", s.Host))
	}
	if s.Version != "" {
		about = append(about, attribute.String("service.version", s.Version))
	}
	p := sdk.NewTracerProvider(processor, sdk.WithResource(resource.NewSchemaless(about...)), sdk.WithSampler(sdk.AlwaysSample()))
	return &Tracer{provider: p, tracer: p.Tracer("github.com/smartcard-connect/smartcard-connect/hil/trace")}
}

// Close sends what has not been sent, for as long as ctx allows.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Names of what a span is about, for Span.
const (
	Run     = "hil.run"
	Cell    = "hil.cell"
	Attempt = "hil.attempt"
	Host    = "hil.host"
	Reader  = "hil.reader"
	Card    = "hil.card"
	Verdict = "hil.verdict"
)

// Span begins a span within that of ctx, or a trace of its own where there is
// none. About is names and values by turns: Span(ctx, "lease", trace.Run, "r1").
// The function ends it; with an error, as failed.
func (t *Tracer) Span(ctx context.Context, name string, about ...string) (context.Context, func(error)) {
	if t == nil {
		return ctx, func(error) {}
	}
	ctx, span := t.tracer.Start(ctx, name, trace.WithAttributes(attributes(about)...))
	return ctx, func(err error) {
		if err != nil {
			span.RecordError(err)
			span.SetStatus(codes.Error, err.Error())
		}
		span.End()
	}
}

// Note adds names and values to the span of ctx, such as a verdict.
func Note(ctx context.Context, about ...string) {
	trace.SpanFromContext(ctx).SetAttributes(attributes(about)...)
}

func attributes(about []string) []attribute.KeyValue {
	var all []attribute.KeyValue
	for i := 0; i+1 < len(about); i += 2 {
		all = append(all, attribute.String(about[i], about[i+1]))
	}
	return all
}

// Carry is the traceparent of the span of ctx, for farm.Work.Trace; empty where
// there is none.
func Carry(ctx context.Context) string {
	c := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, c)
	return c.Get(header)
}

// Resume goes on with the trace of a traceparent. One that is empty or malformed
// begins none: what a stranger wrote there must not stop a cell.
func Resume(ctx context.Context, traceparent string) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{header: traceparent})
}

// header is the name in W3C Trace Context section 3.2.1.
const header = "traceparent"

// Variable is where a child process finds its traceparent, as OpenTelemetry's
// environment carriers have it; EndpointVariable is where its spans go.
const (
	Variable         = "TRACEPARENT"
	EndpointVariable = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
)

// Environ is what to add to the environment of a child that runs within the span
// of ctx: nothing where there is none. Whatever the parent's environment says of
// another trace is thereby overruled.
func Environ(ctx context.Context, s Settings) []string {
	carried := Carry(ctx)
	if carried == "" {
		return nil
	}
	if s.Endpoint == "" {
		return []string{Variable + "=" + carried} // who is traced by others goes on with that
	}
	return []string{Variable + "=" + carried, EndpointVariable + "=" + s.Endpoint}
}
