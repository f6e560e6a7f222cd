package passcode

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/term"
)

// Keys a terminal question knows beside the passcode itself.
const (
	keyCancel     = 0x03 // Ctrl-C
	keyEnd        = 0x04 // Ctrl-D
	keyNotStarted = 0x18 // Ctrl-X
	keyErase      = 0x7F
	keyBackspace  = 0x08
	keyWipe       = 0x15 // Ctrl-U
)

// tick is how often the countdown and the context are looked at.
const tick = 200 * time.Millisecond

// Terminal asks on a terminal, without echo. Nothing typed before the question
// stood there counts.
type Terminal struct {
	// Path is the terminal device; empty is /dev/tty, the process's own.
	Path string
	// Now is the clock; nil is time.Now.
	Now func() time.Time

	vault Vault
}

// Ask is Prompter.Ask.
func (t *Terminal) Ask(ctx context.Context, q Question) ([]byte, error) {
	s, err := t.open(ctx, q.Deadline)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if q.Problem != "" {
		s.print("! " + Sentence(q.Problem))
	}
	for _, line := range q.Lines(t.now()) {
		s.print(line)
	}
	s.print("Enter confirms, Ctrl-C cancels, Ctrl-X says: I did not start this.")
	answer := t.vault.Take()
	if answer, err = s.read(answer); err != nil {
		clear(answer[:cap(answer)])
		return nil, err
	}
	return answer, nil
}

// Show is Prompter.Show.
func (t *Terminal) Show(ctx context.Context, n Notice) error {
	s, err := t.open(ctx, n.Deadline)
	if err != nil {
		return err
	}
	defer s.close()
	for _, line := range n.Lines(t.now()) {
		s.print(line)
	}
	s.print("Ctrl-C cancels, Ctrl-X says: I did not start this.")
	s.label = "Waiting"
	for {
		_, err := s.key()
		switch {
		case ctx.Err() != nil && errors.Is(err, ctx.Err()):
			return nil
		case err != nil:
			return err
		}
	}
}

func (t *Terminal) now() time.Time {
	if t.Now == nil {
		return time.Now()
	}
	return t.Now()
}

// open puts the terminal into raw mode. It needs one whose reads can be given
// a deadline, so that no read outlives the question.
func (t *Terminal) open(ctx context.Context, deadline time.Time) (*session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path := t.Path
	if path == "" {
		path = "/dev/tty"
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	s := &session{file: f, ctx: ctx, deadline: deadline, now: t.now, label: "Passcode"}
	if err := errors.Join(f.SetReadDeadline(time.Time{}), s.raw()); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%w: %s is no terminal: %w", ErrUnavailable, path, err)
	}
	return s, nil
}

// session is one question on a terminal in raw mode.
type session struct {
	file     *os.File
	before   *term.State
	ctx      context.Context
	deadline time.Time
	now      func() time.Time
	label    string
	shown    string // the countdown line as it stands
}

// control runs do with the descriptor, which Fd would make blocking.
func (s *session) control(do func(fd int) error) error {
	raw, err := s.file.SyscallConn()
	if err != nil {
		return err
	}
	var failure error
	if err := raw.Control(func(fd uintptr) { failure = do(int(fd)) }); err != nil {
		return err
	}
	return failure
}

// raw also drops what was typed ahead: it was no answer to this question, and
// would cost a try.
func (s *session) raw() error {
	return s.control(func(fd int) (err error) {
		if s.before, err = term.MakeRaw(fd); err != nil {
			return err
		}
		if err = forget(fd); err != nil {
			_ = term.Restore(fd, s.before)
		}
		return err
	})
}

// close puts the terminal back as it was.
func (s *session) close() {
	_, _ = s.file.WriteString("\r\n")
	_ = s.control(func(fd int) error { return term.Restore(fd, s.before) })
	_ = s.file.Close()
}

func (s *session) print(line string) { _, _ = s.file.WriteString(line + "\r\n") }

// count redraws the countdown where it changed.
func (s *session) count() {
	line := s.label + ": "
	if !s.deadline.IsZero() {
		line = fmt.Sprintf("[%s] %s", countdown(s.deadline.Sub(s.now())), line)
	}
	if line != s.shown {
		s.shown = line
		_, _ = s.file.WriteString("\r\x1b[K" + line)
	}
}

// key waits for one byte, or for the context or the deadline. The keys that say
// no are errors.
func (s *session) key() (byte, error) {
	var b [1]byte
	defer clear(b[:])
	for {
		if err := s.ctx.Err(); err != nil {
			return 0, err
		}
		if !s.deadline.IsZero() && !s.now().Before(s.deadline) {
			return 0, ErrTimeout
		}
		s.count()
		if err := s.file.SetReadDeadline(time.Now().Add(tick)); err != nil {
			return 0, fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		n, err := s.file.Read(b[:])
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			continue
		case err != nil || n == 0:
			return 0, fmt.Errorf("%w: the terminal went away", ErrCancelled)
		case b[0] == keyCancel, b[0] == keyEnd:
			return 0, ErrCancelled
		case b[0] == keyNotStarted:
			return 0, ErrNotStarted
		}
		return b[0], nil
	}
}

// read gathers a line without echo. What does not fit is dropped, and what fits
// is then too long for every card.
func (s *session) read(answer []byte) ([]byte, error) {
	for {
		k, err := s.key()
		switch {
		case err != nil:
			return answer, err
		case k == '\r', k == '\n':
			return answer, nil
		case k == keyErase, k == keyBackspace:
			if n := len(answer); n > 0 {
				answer[n-1] = 0
				answer = answer[:n-1]
			}
		case k == keyWipe:
			clear(answer)
			answer = answer[:0]
		case k >= 0x20 && len(answer) < cap(answer):
			answer = append(answer, k)
		}
	}
}
