package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/agent/logfile"
)

// eventSource is this program in the Windows Event Log.
const eventSource = "NHS Smartcard Connect"

// logs are where this program writes: standard error for whoever started it,
// files, and the system's events.
type logs struct {
	level   slog.LevelVar // of the files
	console slog.Handler
	events  slog.Handler // nil where there are none
	// folders of the agent's files, and of hub, signing and card management;
	// empty is no files.
	agent, management string
}

// newLogs opens nothing yet. folder is the flag's: empty is the system's place,
// "-" is no files.
func newLogs(stderr io.Writer, level slog.Level, folder string) *logs {
	l := &logs{console: logfile.Text(stderr, level)}
	l.events, _ = logfile.EventLog(eventSource)
	switch folder {
	case "-":
	case "":
		if base := stateFolder(); base != "" {
			l.agent, l.management = logfile.Folders(base)
		}
	default:
		l.agent, l.management = folder, folder
	}
	return l
}

// stateFolder is the user's own; empty when the environment names none.
func stateFolder() string {
	if runtime.GOOS == "windows" {
		return os.Getenv("LOCALAPPDATA")
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".local", "state")
}

// open is a log with a file of this name. The file is made by its first line.
func (l *logs) open(folder, name string) *slog.Logger {
	outside := []slog.Handler{l.console}
	if l.events != nil {
		outside = append(outside, l.events)
	}
	if folder == "" {
		return slog.New(slog.NewMultiHandler(outside...))
	}
	elsewhere := slog.New(slog.NewMultiHandler(outside...))
	file := &logfile.File{Path: filepath.Join(folder, name), Lost: func(err error) {
		elsewhere.Error("the log file cannot be written; going on without it", logfile.Attr(logfile.LogLost), "error", err)
	}}
	return slog.New(slog.NewMultiHandler(append(outside, logfile.JSON(file, &l.level))...))
}

// setLevel takes the settings' level; an unknown one was reported with them.
func (l *logs) setLevel(name string) {
	var level slog.Level
	if level.UnmarshalText([]byte(name)) == nil {
		l.level.Set(level)
	}
}

// streams are the logs of one run, with where its results go.
func (l *logs) streams(out io.Writer) *streams {
	pid := slog.Int("pid", os.Getpid())
	return &streams{out: out, log: l.open(l.agent, "smartcard-connect.log").With(pid), logs: l,
		hub: l.open(l.management, "hub.log").With(pid), signing: l.open(l.management, "signing.log").With(pid),
		management: l.open(l.management, "card-management.log").With(pid)}
}

// folders are where files go, each once.
func (l *logs) folders() []string {
	all := slices.DeleteFunc([]string{l.agent, l.management}, func(f string) bool { return f == "" })
	return slices.Compact(all)
}
