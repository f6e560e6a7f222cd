package target

import (
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// Open is passcode.Screen's, for a person who types before the card has been
// read. Everybody else is asked one thing after the other.
func (p *prompter) Open(_ context.Context, s passcode.Sheet) (passcode.Window, error) {
	p.mu.Lock()
	early := len(p.answers) > 0 && p.answers[0].Early
	p.mu.Unlock()
	if !early {
		return nil, fmt.Errorf("%w: this person has no window", passcode.ErrUnavailable)
	}
	w := &window{p, make(chan passcode.Answer, 8)}
	w.Show(s)
	w.answer()
	return w, nil
}

// window is a form that stays up before a scripted person.
type window struct {
	p       *prompter
	answers chan passcode.Answer
}

// answer is the next of the script.
func (w *window) answer() {
	switch a, _ := w.p.take(); {
	case a.Cancel:
		w.answers <- passcode.Answer{Err: passcode.ErrCancelled}
	case a.NotStarted:
		w.answers <- passcode.Answer{Err: passcode.ErrNotStarted}
	default:
		w.answers <- passcode.Answer{Secret: []byte(a.Passcode)}
	}
}

// Show is passcode.Window's. A problem is answered by the next of the script.
func (w *window) Show(s passcode.Sheet) {
	v := s.View(w.p.now())
	w.p.show("WINDOW", s.Deadline, v.Banner, v.Purpose, v.Application, v.Card, v.Tries, v.Problem, v.Shape, v.Clock)
	if s.State == passcode.Ready && s.Problem != "" {
		w.answer()
	}
}

// Answers is passcode.Window's.
func (w *window) Answers() <-chan passcode.Answer { return w.answers }

// Close is passcode.Window's.
func (w *window) Close(string) {}
