package logfile

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"golang.org/x/sys/windows/registry"
	"golang.org/x/sys/windows/svc/eventlog"
)

// eventHandler writes records that are events to the Windows Event Log. Attributes of
// a group are left out: none of our events has one.
type eventHandler struct {
	log  *eventlog.Log
	with []slog.Attr
}

// EventLog writes events under a source's name. A source that nobody
// registered works; Windows only says that it lacks a description. The handle
// is kept for the life of the program. ok is false when there is no event log.
func EventLog(source string) (h slog.Handler, ok bool) {
	log, err := eventlog.Open(source)
	if err != nil {
		return nil, false
	}
	return eventHandler{log: log}, true
}

// InstallSource registers a source, for which it needs an administrator's
// rights. One that is there already is no error.
func InstallSource(source string) error {
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, `SYSTEM\CurrentControlSet\Services\EventLog\Application\`+source, registry.QUERY_VALUE)
	if err == nil {
		return key.Close()
	}
	return eventlog.InstallAsEventCreate(source, eventlog.Info|eventlog.Warning|eventlog.Error)
}

// RemoveSource takes it away; one that is not there is no error.
func RemoveSource(source string) error {
	if err := eventlog.Remove(source); err != nil && !errors.Is(err, registry.ErrNotExist) {
		return err
	}
	return nil
}

// Enabled is slog.Handler's: an event is one whatever the level.
func (eventHandler) Enabled(context.Context, slog.Level) bool { return true }

// Handle is slog.Handler's.
func (h eventHandler) Handle(_ context.Context, r slog.Record) error {
	id := eventOf(r)
	if id == 0 {
		return nil
	}
	text := sentence(r, h.with)
	switch {
	case r.Level >= slog.LevelError:
		return h.log.Error(uint32(id), text)
	case r.Level >= slog.LevelWarn:
		return h.log.Warning(uint32(id), text)
	}
	return h.log.Info(uint32(id), text)
}

// WithAttrs is slog.Handler's.
func (h eventHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.with = append(slices.Clone(h.with), attrs...)
	return h
}

// WithGroup is slog.Handler's.
func (h eventHandler) WithGroup(string) slog.Handler { return h }
