package main

import (
	"log/slog"
	"os"
	"path/filepath"

	"github.com/smartcard-connect/smartcard-connect/agent/logfile"
)

// eventSource is this program in the Windows Event Log.
const eventSource = "NHS Port Service"

// openLog is standard error, a file below ProgramData and the event log. Who
// may write to the folder is the installer's to say.
func openLog() *slog.Logger {
	handlers := []slog.Handler{logfile.Text(os.Stderr, slog.LevelInfo)}
	events, ok := logfile.EventLog(eventSource)
	if ok {
		handlers = append(handlers, events)
	}
	elsewhere := slog.New(slog.NewMultiHandler(handlers...))
	if base := os.Getenv("ProgramData"); base != "" {
		file := &logfile.File{Path: filepath.Join(base, "NHS", "NHS Port Service", "port-service.log"), Lost: func(err error) {
			elsewhere.Error("the log file cannot be written; going on without it", logfile.Attr(logfile.LogLost), "error", err)
		}}
		handlers = append(handlers, logfile.JSON(file, slog.LevelInfo))
	}
	return slog.New(slog.NewMultiHandler(handlers...))
}
