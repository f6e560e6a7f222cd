package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/trace"
)

// traceFlags are for commands that can be followed.
type traceFlags struct {
	Traces string `placeholder:"URL" help:"Send OpenTelemetry spans there, by OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces. Default: none."`
}

// tracer is off where no address is given. closing sends what is left.
func (f traceFlags) tracer(w world, service string, log *slog.Logger) (t *trace.Tracer, s trace.Settings, closing func(), err error) {
	s = trace.Settings{Endpoint: f.Traces, Service: service, Host: w.host, Version: version, Log: log}
	if t, err = trace.Start(w.ctx, s); err != nil {
		return nil, s, nil, errors.Join(fmt.Errorf("%w: --traces", errUsage), err)
	}
	return t, s, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), 2*time.Second)
		defer cancel()
		_ = t.Close(ctx)
	}, nil
}
