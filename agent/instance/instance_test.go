//go:build linux

package instance

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// serve runs an agent's end until the test is over and is its path.
func serve(t *testing.T, do func(context.Context, Wish) Outcome) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "own", "agent.sock")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, slog.New(slog.DiscardHandler), do) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return path
}

// Requirement: a second launch hands its address to the running agent and gets
// the outcome; with none running it is told so; a third finds the place taken
// (PROTOCOL.md §4, uri). Turned red by: a second agent beside the first.
func TestSecondLaunch(t *testing.T) {
	path := serve(t, func(_ context.Context, w Wish) Outcome { return Outcome{Return: w.Issuer + "#" + w.ID} })
	got, err := Ask(t.Context(), path, Wish{Issuer: "https://am.example", ID: "x"})
	if err != nil || got.Return != "https://am.example#x" {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := Listen(path); err == nil || !strings.Contains(err.Error(), "another agent") {
		t.Errorf("a second agent: %v", err)
	}
	if _, err := Ask(t.Context(), path+"-not", Wish{}); !errors.Is(err, ErrNone) {
		t.Errorf("no agent: %v", err)
	}
}

// Requirement: a launch that is ended takes its sign-in with it. Turned red by:
// a form that stays for nobody.
func TestLaunchLeaves(t *testing.T) {
	begun, ended := make(chan struct{}), make(chan struct{})
	path := serve(t, func(ctx context.Context, _ Wish) Outcome {
		close(begun)
		<-ctx.Done()
		close(ended)
		return Outcome{}
	})
	ctx, leave := context.WithCancel(t.Context())
	go func() { <-begun; leave() }()
	if _, err := Ask(ctx, path, Wish{}); err == nil || errors.Is(err, ErrNone) {
		t.Errorf("%v", err)
	}
	<-ended
}

// Requirement: what is not a wish starts nothing. Turned red by: a default for
// what is missing.
func TestNotAWish(t *testing.T) {
	path := serve(t, func(context.Context, Wish) Outcome { t.Error("it was done"); return Outcome{} })
	for _, line := range []string{"\n", "{}\n", `{"version":2}` + "\n", strings.Repeat("x", maxLine+1)} {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, line)
		if got, _ := io.ReadAll(c); len(got) != 0 {
			t.Errorf("%.20q is answered %q", line, got)
		}
		_ = c.Close()
	}
}

// Requirement: neither end talks to another user, and the socket is in a folder
// that only its user may write to (SO_PEERCRED). Turned red by: trusting the
// path.
func TestStranger(t *testing.T) {
	dir, err := os.MkdirTemp("", "open") // t.TempDir is below a folder of root's alone
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(filepath.Join(dir, "s")); !errors.Is(err, ErrStranger) {
		t.Errorf("a folder for everybody: %v", err)
	}
	if os.Getuid() != 0 {
		t.Skip("only root can be another user")
	}
	path := filepath.Join(dir, "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	go func() {
		runtime.LockOSThread() // and never unlocked: this thread ends as another user
		same := ^uintptr(0)
		_, _, _ = unix.RawSyscall(unix.SYS_SETRESUID, same, 65534, same)
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Error(err)
			_ = l.Close()
			return
		}
		_, _ = io.Copy(io.Discard, c)
	}()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := ours(c); !errors.Is(err, ErrStranger) {
		t.Errorf("another user's launch: %v", err)
	}
}
