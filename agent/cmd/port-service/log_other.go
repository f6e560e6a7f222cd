//go:build !windows

package main

import (
	"log/slog"
	"os"

	"github.com/smartcard-connect/smartcard-connect/agent/logfile"
)

// openLog is standard error, which systemd takes into the journal.
func openLog() *slog.Logger { return slog.New(logfile.Text(os.Stderr, slog.LevelInfo)) }
