package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/instance"
)

// Requirement: a launch for an address is done by the agent that runs in this
// session, which has the screen, and opens the browser where that agent says
// (PROTOCOL.md §4, uri). Turned red by: a second agent of the launch's own.
func TestLaunchHandsOver(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the browser of this test is a shell script")
	}
	dir := t.TempDir()
	opened, file := filepath.Join(dir, "opened"), filepath.Join(dir, "settings.json")
	opener := filepath.Join(dir, "opener")
	write(t, opener, "#!/bin/sh\necho \"$1\" > "+opened+"\n", 0o755)
	write(t, file, `{"issuers":[{"url":"http://127.0.0.1:9/realm","environment":"int"}],"browser_opener":["`+opener+`"]}`, 0o644)
	c := authenticateCommand{settingsFlag: settingsFlag{file}, sessionFlag: sessionFlag{dir},
		URI: "smartcard-connect:authenticate?issuer=http%3A%2F%2F127.0.0.1%3A9%2Frealm&id=transaction-0123456789"}
	l, err := instance.Listen(c.socket())
	if err != nil {
		t.Fatal(err)
	}
	silence := slog.New(slog.DiscardHandler)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- instance.Serve(ctx, l, silence, func(_ context.Context, w instance.Wish) instance.Outcome {
			return instance.Outcome{Return: w.Issuer + "/smartcard/return#ticket=" + w.ID, Problem: "by the running agent"}
		})
	}()
	err = c.Run(t.Context(), &streams{out: os.Stdout, log: silence, logs: newLogs(io.Discard, slog.LevelError, "-")})
	if err == nil || err.Error() != "by the running agent" {
		t.Errorf("%v", err)
	}
	raw, _ := os.ReadFile(opened)
	if got := strings.TrimSpace(string(raw)); got != "http://127.0.0.1:9/realm/smartcard/return#ticket=transaction-0123456789" {
		t.Errorf("the browser is sent to %q", got)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}
