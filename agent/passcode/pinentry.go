package passcode

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Pinentry asks through a program of GnuPG's pinentry family, started for one
// question and gone before the call returns.
//
// Source: the Assuan protocol (libassuan manual, "Assuan protocol") and the
// pinentry manual, "Protocol".
type Pinentry struct {
	// Command is the program and its arguments; empty is "pinentry".
	Command []string
	// Options are sent as OPTION lines, such as "ttyname=/dev/pts/3". An
	// option the program refuses is passed over.
	Options []string
	// Now is the clock; nil is time.Now.
	Now func() time.Time

	vault Vault
}

// Ask is Prompter.Ask.
func (p *Pinentry) Ask(ctx context.Context, q Question) ([]byte, error) {
	var answer []byte
	err := p.talk(ctx, q.Deadline, func(a *assuan) error {
		if err := a.tell(p.questionLines(q)); err != nil {
			return err
		}
		var err error
		answer, err = a.call("GETPIN", p.vault.Take())
		return err
	})
	if err != nil {
		clear(answer)
		return nil, err
	}
	return answer, nil
}

// Show is Prompter.Show. The one button says "Cancel".
func (p *Pinentry) Show(ctx context.Context, n Notice) error {
	err := p.talk(ctx, n.Deadline, func(a *assuan) error {
		lines := p.frame(n.Environment, n.Deadline, n.Lines(p.now()))
		if err := a.tell(append(lines, "SETOK Cancel")); err != nil {
			return err
		}
		if _, err := a.call("MESSAGE", nil); err != nil {
			return err
		}
		return ErrCancelled
	})
	if ctx.Err() != nil && !errors.Is(err, ErrCancelled) && !errors.Is(err, ErrTimeout) {
		return nil
	}
	return err
}

// frame is what question and notice share.
func (p *Pinentry) frame(environment string, deadline time.Time, text []string) []string {
	var lines []string
	for _, o := range p.Options {
		lines = append(lines, "OPTION "+escape(o))
	}
	if !deadline.IsZero() {
		lines = append(lines, fmt.Sprintf("SETTIMEOUT %d", seconds(deadline.Sub(p.now()))))
	}
	return append(lines, "SETTITLE "+escape(title(environment)), "SETDESC "+escape(strings.Join(text, "\n")))
}

func (p *Pinentry) questionLines(q Question) []string {
	lines := append(p.frame(q.Environment, q.Deadline, q.Lines(p.now())),
		"SETPROMPT Passcode:", "SETOK OK", "SETCANCEL Cancel", "SETNOTOK "+escape("I did not start this"))
	if q.Problem != "" {
		lines = append(lines, "SETERROR "+escape(Sentence(q.Problem)))
	}
	return lines
}

// talk runs one conversation with a fresh process, which is dead afterwards.
func (p *Pinentry) talk(ctx context.Context, deadline time.Time, converse func(*assuan) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	limited, cancel := context.WithCancel(ctx)
	defer cancel()
	if !deadline.IsZero() {
		left := deadline.Sub(p.now())
		if left <= 0 {
			return ErrTimeout
		}
		limited, cancel = context.WithTimeout(limited, left)
		defer cancel()
	}
	a, err := startAssuan(limited, p.command())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer a.end()
	if err = a.greeting(); err == nil {
		err = converse(a)
	}
	return p.verdict(ctx, limited, deadline, err)
}

// verdict names how it ended: the process was killed by a context, or the
// person or the program answered.
func (p *Pinentry) verdict(ctx, limited context.Context, deadline time.Time, err error) error {
	var no assuanError
	switch {
	case err == nil, errors.Is(err, ErrCancelled):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil, !deadline.IsZero() && !p.now().Before(deadline):
		return ErrTimeout
	case errors.As(err, &no):
		return no.meaning()
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

func (p *Pinentry) command() []string {
	if len(p.Command) == 0 {
		return []string{"pinentry"}
	}
	return p.Command
}

func (p *Pinentry) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

// seconds is at least one: 0 would mean no timeout at all.
func seconds(d time.Duration) int { return max(1, int((d+time.Second-1)/time.Second)) }
