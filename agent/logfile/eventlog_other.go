//go:build !windows

package logfile

import "log/slog"

// EventLog is nothing here: the attribute "event" of a line says the same. ok
// is false.
func EventLog(string) (h slog.Handler, ok bool) { return nil, false }
