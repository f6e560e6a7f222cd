package trace

import (
	"context"
	"log/slog"
	"sync/atomic"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// exporter says once that spans are lost, and once that they arrive again. The
// SDK would say it for each batch, to a logger that is global.
type exporter struct {
	sdk.SpanExporter
	log  *slog.Logger
	lost atomic.Bool
}

// ExportSpans sends spans. What goes wrong is logged and is no error of whoever
// is traced.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := e.SpanExporter.ExportSpans(ctx, spans)
	was := e.lost.Swap(err != nil)
	switch {
	case e.log == nil:
	case err != nil && !was:
		e.log.Warn("spans of traces are lost", "error", err)
	case err == nil && was:
		e.log.Info("spans of traces arrive again")
	}
	return nil
}
