// Package child shows a passcode form in a process of its own, so that a
// toolkit's memory and its mistakes are not the agent's: the agent stays small,
// and a form that crashes takes nothing with it.
//
// The two speak frames over the child's standard input and output: sheets go in,
// what the person did comes out. The child ends when its input does. A passcode
// goes from the child's locked memory through a pipe into the agent's.
package child

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// Bounds for a child that does not do what it should.
const (
	openTime   = 20 * time.Second // for a desktop that is still starting
	closeTime  = 3 * time.Second
	lingerTime = time.Minute // more than Linger
)

// Screen starts a process for each form. It satisfies passcode.Screen.
type Screen struct {
	// Command is the program and its arguments, Env its environment; nil is
	// the agent's own.
	Command []string
	Env     []string
	// Log gets what the child says on its standard error; nil is silence.
	Log *slog.Logger

	vault passcode.Vault
	mu    sync.Mutex
	last  *window
}

// Open is passcode.Screen.Open. A form that still says farewell to the last
// visit goes first.
func (s *Screen) Open(ctx context.Context, sheet passcode.Sheet) (passcode.Window, error) {
	if len(s.Command) == 0 {
		return nil, fmt.Errorf("%w: no program for a form", passcode.ErrUnavailable)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != nil {
		s.last.kill()
	}
	w, err := s.start()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", passcode.ErrUnavailable, err)
	}
	w.Show(sheet)
	if err := w.opened(ctx); err != nil {
		w.kill()
		return nil, err
	}
	s.last = w
	return w, nil
}

func (s *Screen) start() (*window, error) {
	cmd := exec.Command(s.Command[0], s.Command[1:]...)
	cmd.Env = s.Env
	cmd.WaitDelay = closeTime
	cmd.Stderr = complaints{s.Log}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	w := &window{process: cmd, in: in, vault: &s.vault, open: make(chan error, 1), answers: make(chan passcode.Answer), gone: make(chan struct{}), quit: make(chan struct{})}
	go w.listen(out)
	return w, nil
}

// window is one child.
type window struct {
	process *exec.Cmd
	vault   *passcode.Vault
	open    chan error
	answers chan passcode.Answer
	gone    chan struct{} // closed when the child is no more
	quit    chan struct{} // closed when nobody listens any more

	mu   sync.Mutex
	in   io.WriteCloser
	once sync.Once
}

// opened waits until the window is up.
func (w *window) opened(ctx context.Context) error {
	limit := time.NewTimer(openTime)
	defer limit.Stop()
	select {
	case err := <-w.open:
		return err
	case <-limit.C:
		return fmt.Errorf("%w: the form did not come up within %v", passcode.ErrUnavailable, openTime)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// listen reads the child to its end.
func (w *window) listen(out io.Reader) {
	room := w.vault.Take()
	err := w.hear(out, room)
	clear(room[:cap(room)])
	select {
	case w.open <- fmt.Errorf("%w: %w", passcode.ErrUnavailable, err):
	default:
	}
	close(w.answers)
	_ = w.process.Process.Kill()
	_ = w.process.Wait()
	close(w.gone)
}

func (w *window) hear(out io.Reader, room []byte) error {
	for {
		kind, payload, err := readFrame(out, room)
		if err != nil {
			return err
		}
		switch kind {
		case kindOpen:
			w.open <- nil
		case kindUnavailable:
			return errors.New(passcode.Clean(string(payload)))
		case kindPasscode:
			w.answer(passcode.Answer{Secret: append(w.vault.Take(), payload...)})
			clear(payload)
		case kindCancel:
			w.answer(passcode.Answer{Err: passcode.ErrCancelled})
		case kindNotStarted:
			w.answer(passcode.Answer{Err: passcode.ErrNotStarted})
		default:
			return fmt.Errorf("%w: kind %q", errFrame, kind)
		}
	}
}

// answer passes on what the person did, unless nobody listens any more.
func (w *window) answer(a passcode.Answer) {
	select {
	case w.answers <- a:
	case <-w.quit:
		clear(a.Secret)
	}
}

// Show is passcode.Window.Show. A child that does not listen has gone, which
// Answers says.
func (w *window) Show(s passcode.Sheet) {
	text, err := json.Marshal(s)
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = writeFrame(w.in, kindSheet, text, make([]byte, 0, headSize+len(text)))
}

// Answers is passcode.Window.Answers.
func (w *window) Answers() <-chan passcode.Answer { return w.answers }

// Close is passcode.Window.Close.
func (w *window) Close(farewell string) {
	patience := closeTime
	if farewell != "" {
		w.Show(passcode.Sheet{State: passcode.Over, End: farewell})
		patience = lingerTime
	}
	w.end()
	go func() {
		select {
		case <-w.gone:
		case <-time.After(patience):
			w.kill()
		}
	}()
	if farewell == "" {
		<-w.gone
	}
}

// end closes the child's input and stops listening.
func (w *window) end() {
	w.once.Do(func() {
		close(w.quit)
		w.mu.Lock()
		defer w.mu.Unlock()
		_ = w.in.Close()
	})
}

func (w *window) kill() {
	w.end()
	_ = w.process.Process.Kill()
	<-w.gone
}

// complaints are lines on a child's standard error.
type complaints struct{ log *slog.Logger }

// Write is io.Writer.Write.
func (c complaints) Write(b []byte) (int, error) {
	if c.log != nil {
		c.log.Debug("the passcode form says", "text", passcode.Clean(string(b)))
	}
	return len(b), nil
}
