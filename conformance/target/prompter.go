package target

import (
	"context"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// prompter is the scripted person of a package cell: the same script as the
// pinentry program's, without a program.
type prompter struct {
	now func() time.Time

	mu      sync.Mutex
	answers []Answer
	next    int
	forms   []Form
}

// Will sets the script.
func (p *prompter) Will(_ context.Context, answers ...Answer) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers, p.next, p.forms = answers, 0, nil
	return nil
}

// Saw is what was shown since.
func (p *prompter) Saw(context.Context) ([]Form, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Form(nil), p.forms...), nil
}

func (p *prompter) show(command string, deadline time.Time, lines ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := 0
	if !deadline.IsZero() {
		left = int(deadline.Sub(p.now()).Seconds())
	}
	p.forms = append(p.forms, Form{Command: command, Text: strings.Join(lines, "\n"), Timeout: left})
}

// take is the next answer of the script; the last repeats.
func (p *prompter) take() (Answer, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.answers) == 0 {
		return Answer{}, false
	}
	a := p.answers[min(p.next, len(p.answers)-1)]
	p.next++
	return a, true
}

// Ask shows the question and gives the next answer of the script.
func (p *prompter) Ask(ctx context.Context, q passcode.Question) ([]byte, error) {
	p.show("GETPIN", q.Deadline, append([]string{q.Problem}, q.Lines(p.now())...)...)
	a, ok := p.take()
	if !ok {
		return nil, passcode.ErrUnavailable
	}
	if err := p.wait(ctx, a, q.Deadline); err != nil {
		return nil, err
	}
	switch {
	case a.Cancel:
		return nil, passcode.ErrCancelled
	case a.NotStarted:
		return nil, passcode.ErrNotStarted
	}
	return []byte(a.Passcode), nil
}

// wait blocks as long as the answer says, at most until the form's end.
func (p *prompter) wait(ctx context.Context, a Answer, deadline time.Time) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	up := time.After(deadline.Sub(p.now()))
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for a.Hang || !exists(a.WaitFor) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-up:
			return passcode.ErrTimeout
		case <-tick.C:
		}
	}
	return nil
}

// exists reports whether there is such a file; no name is always there.
func exists(name string) bool {
	if name == "" {
		return true
	}
	_, err := os.Stat(name)
	return err == nil
}

// Show keeps the notice up until the context or the deadline ends. A script
// that begins with a no says it here.
func (p *prompter) Show(ctx context.Context, n passcode.Notice) error {
	p.show("CONFIRM", n.Deadline, n.Lines(p.now())...)
	p.mu.Lock()
	first := Answer{}
	if p.next < len(p.answers) {
		first = p.answers[p.next]
	}
	p.mu.Unlock()
	switch {
	case first.Cancel:
		return passcode.ErrCancelled
	case first.NotStarted:
		return passcode.ErrNotStarted
	}
	select {
	case <-ctx.Done():
		return nil
	case <-time.After(n.Deadline.Sub(p.now())):
		return passcode.ErrTimeout
	}
}
