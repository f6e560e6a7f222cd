package logfile_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"golang.org/x/sys/windows/registry"

	"github.com/smartcard-connect/smartcard-connect/agent/logfile"
)

// Requirement: events reach the Windows Event Log under a source that has a
// message file, and a line that is no event is passed over (issue "logs"). What
// the log then shows is not read back: Wine keeps none. Turned red by: a call
// that Windows refuses.
func TestEventLog(t *testing.T) {
	const source = "Smartcard Connect test"
	if err := logfile.InstallSource(source); err != nil {
		t.Skipf("needs the right to register a source: %v", err)
	}
	t.Cleanup(func() {
		for range 2 { // one that is not there is no error
			if err := logfile.RemoveSource(source); err != nil {
				t.Error(err)
			}
		}
	})
	if err := logfile.InstallSource(source); err != nil {
		t.Errorf("again: %v", err)
	}
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, `SYSTEM\CurrentControlSet\Services\EventLog\Application\`+source, registry.QUERY_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := key.GetStringValue("EventMessageFile"); err != nil {
		t.Error(err)
	}
	_ = key.Close()
	h, ok := logfile.EventLog(source)
	if !ok {
		t.Fatal("no event log")
	}
	h = h.WithAttrs([]slog.Attr{slog.String("transaction", "t")}).WithGroup("g")
	for _, level := range []slog.Level{slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		for _, attr := range []slog.Attr{logfile.Attr(logfile.SignedIn), slog.String("no", "event")} {
			r := slog.NewRecord(time.Now(), level, "a test", 0)
			r.AddAttrs(attr)
			if err := h.Handle(context.Background(), r); err != nil {
				t.Errorf("%v: %v", level, err)
			}
		}
	}
}
