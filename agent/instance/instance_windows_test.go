package instance

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
)

// Requirement: a second launch reaches the agent that runs over a pipe of this
// user's session, gets the outcome, and with none running is told so; a second
// agent finds the place taken, until the first is closed (issue, point 3: single
// instance per session). Turned red by: a pipe or a mutex that outlives its
// agent.
func TestSecondLaunch(t *testing.T) {
	path, err := Pipe("-test")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Ask(t.Context(), path, Wish{Show: true}); !errors.Is(err, ErrNone) {
		t.Errorf("no agent: %v", err)
	}
	for range 2 {
		l, err := Listen(path)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() {
			ended <- Serve(ctx, l, slog.New(slog.DiscardHandler), func(_ context.Context, w Wish) Outcome {
				return Outcome{Return: w.ID, Problem: map[bool]string{true: "shown"}[w.Show]}
			})
		}()
		if o, err := Ask(t.Context(), path, Wish{ID: "x", Show: true}); err != nil || o.Return != "x" || o.Problem != "shown" {
			t.Errorf("%+v %v", o, err)
		}
		if _, err := Listen(path); err == nil || !strings.Contains(err.Error(), "another agent") {
			t.Errorf("a second agent: %v", err)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// Requirement: a pipe that somebody made beforehand is not taken for ours, and
// what comes from another process of this user is (GetNamedPipeInfo tells the
// ends apart). Turned red by: joining a pipe that exists.
func TestSquatter(t *testing.T) {
	path, err := Pipe("-squatted")
	if err != nil {
		t.Fatal(err)
	}
	squatter, err := winio.ListenPipe(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer squatter.Close()
	if l, err := Listen(path); err == nil {
		_ = l.Close()
		t.Error("it listens beside the squatter")
	}
}

// Requirement: each end of a pipe names the process at the other. Turned red by:
// asking one of the two questions for both ends.
func TestEnds(t *testing.T) {
	path, err := Pipe("-ends")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err == nil {
			if err = ours(c); err == nil {
				_, _ = io.WriteString(c, "ours")
			}
			_ = c.Close()
		}
	}()
	c, err := dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if pid, err := other(windows.Handle(c.(interface{ Fd() uintptr }).Fd())); err != nil || pid != windows.GetCurrentProcessId() {
		t.Errorf("the launch's end: process %d, %v", pid, err)
	}
	if said, _ := io.ReadAll(c); string(said) != "ours" {
		t.Errorf("the agent's end says %q", said)
	}
}
