package passcode_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/passcodetest"
)

// person sits at a terminal: sees the screen, and types once it shows a text.
type person struct {
	keyboard *os.File
	tty      string
	mu       sync.Mutex
	screen   bytes.Buffer
}

// sit makes a pseudo-terminal. Once the screen shows when, keys are typed.
func sit(t *testing.T, when, keys string) *person {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { _ = master.Close() })
	raw, err := master.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	p := &person{keyboard: master}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0)
		_ = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 120})
		n, _ := unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		p.tty = fmt.Sprintf("/dev/pts/%d", n)
	})
	hold, err := os.OpenFile(p.tty, os.O_RDWR|unix.O_NOCTTY, 0) // keeps the screen alive between openings
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { _ = hold.Close() })
	go p.watch(when, keys)
	return p
}

func (p *person) watch(when, keys string) {
	b := make([]byte, 1024)
	for {
		n, err := p.keyboard.Read(b)
		if err != nil {
			return
		}
		p.mu.Lock()
		p.screen.Write(b[:n])
		ready := keys != "" && bytes.Contains(p.screen.Bytes(), []byte(when))
		p.mu.Unlock()
		if ready {
			_, _ = p.keyboard.WriteString(keys)
			keys = ""
		}
	}
}

func (p *person) saw(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bytes.Contains(p.screen.Bytes(), []byte(text))
}

// Debian's own pinentry programs understand the client: the contract that the
// scripted pinentry keeps too.
// Turned red by: an escape that is not Assuan's, or a wrong error code.
func TestRealPinentryKeepsTheContract(t *testing.T) {
	for _, program := range []struct{ name, prompt, cancel string }{
		{"pinentry-tty", "Passcode:", "\x04"},
		{"pinentry-curses", "Passcode:", "\t\t\r"},
	} {
		t.Run(program.name, func(t *testing.T) {
			path, err := exec.LookPath(program.name)
			if err != nil {
				t.Skip(program.name, " is not installed")
			}
			passcodetest.Pinentry(t, func(t *testing.T, w passcodetest.Wish) *passcode.Pinentry {
				keys := map[passcodetest.Wish]string{passcodetest.Type: passcodetest.Typed + "\r", passcodetest.Cancel: program.cancel}[w]
				p := sit(t, program.prompt, keys)
				return &passcode.Pinentry{Command: []string{path}, Options: []string{"ttyname=" + p.tty, "ttytype=xterm", "lc-ctype=C.UTF-8"}}
			})
		})
	}
}

// The terminal prompter: typed without echo, cancelled, not started, ended by
// deadline and context although the read blocks.
// What was typed before the question is no answer to it.
// Turned red by: echoing, a read that outlives the question, or not flushing.
func TestTerminal(t *testing.T) {
	later := time.Now().Add(time.Minute)
	ask := func(t *testing.T, keys string, ctx context.Context, deadline time.Time) (*person, string, error) {
		p := sit(t, "Passcode: ", keys)
		answer, err := (&passcode.Terminal{Path: p.tty}).Ask(ctx, passcodetest.Question(deadline))
		return p, string(answer), err
	}
	t.Run("typed", func(t *testing.T) {
		p, answer, err := ask(t, "99\x1512x\x7f3456\r", t.Context(), later)
		if err != nil || answer != "123456" {
			t.Errorf("%q, %v", answer, err)
		}
		if p.saw("123456") || !p.saw("last try") || !p.saw("TEST") || !p.saw("Wrong passcode.") {
			t.Error("the screen shows the passcode, or lacks a warning")
		}
	})
	t.Run("typed ahead", func(t *testing.T) {
		p := sit(t, "Passcode: ", "123456\r")
		if _, err := p.keyboard.WriteString("654321\r"); err != nil {
			t.Fatal(err)
		}
		answer, err := (&passcode.Terminal{Path: p.tty}).Ask(t.Context(), passcodetest.Question(later))
		if err != nil || string(answer) != "123456" {
			t.Errorf("%q, %v", answer, err)
		}
	})
	for name, c := range map[string]struct {
		keys     string
		deadline time.Time
		want     error
	}{
		"cancelled":   {"\x03", later, passcode.ErrCancelled},
		"not started": {"\x18", later, passcode.ErrNotStarted},
		"time is up":  {"", time.Now().Add(time.Second), passcode.ErrTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := ask(t, c.keys, t.Context(), c.deadline); !errors.Is(err, c.want) {
				t.Error(err)
			}
		})
	}
	t.Run("context", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if _, _, err := ask(t, "", ctx, later); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
	t.Run("no terminal", func(t *testing.T) {
		_, err := (&passcode.Terminal{Path: "/dev/null"}).Ask(t.Context(), passcodetest.Question(later))
		if !errors.Is(err, passcode.ErrUnavailable) {
			t.Error(err)
		}
	})
}
