package insertiontest

import (
	"context"
	"slices"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// Glass is a form's window without a screen. It satisfies passcode.Screen, and
// is a passcode.Prompter by Person where it cannot be opened.
type Glass struct {
	Person
	// On is what the person does when a sheet comes up; answer may be called
	// any number of times. It must not block.
	On func(s passcode.Sheet, w *Pane)
	// OpenError is what opening says.
	OpenError error

	mu    sync.Mutex
	panes []*Pane
}

// Pane is one window.
type Pane struct {
	on      func(passcode.Sheet, *Pane)
	answers chan passcode.Answer

	mu       sync.Mutex
	sheets   []passcode.Sheet
	given    [][]byte
	farewell string
	closed   bool
}

// Open is passcode.Screen's.
func (g *Glass) Open(_ context.Context, s passcode.Sheet) (passcode.Window, error) {
	if g.OpenError != nil {
		return nil, g.OpenError
	}
	p := &Pane{on: g.On, answers: make(chan passcode.Answer, 16)}
	g.mu.Lock()
	g.panes = append(g.panes, p)
	g.mu.Unlock()
	p.Show(s)
	return p, nil
}

// Panes are the windows that were opened.
func (g *Glass) Panes() []*Pane {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.panes)
}

// Show is passcode.Window's.
func (p *Pane) Show(s passcode.Sheet) {
	p.mu.Lock()
	p.sheets = append(p.sheets, s)
	p.mu.Unlock()
	if p.on != nil {
		p.on(s, p)
	}
}

// Answers is passcode.Window's.
func (p *Pane) Answers() <-chan passcode.Answer { return p.answers }

// Close is passcode.Window's.
func (p *Pane) Close(farewell string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.farewell, p.closed = farewell, true
}

// Type is the person typing a passcode and confirming it.
func (p *Pane) Type(secret string) {
	bytes := []byte(secret)
	p.mu.Lock()
	p.given = append(p.given, bytes)
	p.mu.Unlock()
	p.answers <- passcode.Answer{Secret: bytes}
}

// Say is the person's no.
func (p *Pane) Say(err error) { p.answers <- passcode.Answer{Err: err} }

// Crash is a window that goes by itself.
func (p *Pane) Crash() { close(p.answers) }

// Sheets are what was shown, in order.
func (p *Pane) Sheets() []passcode.Sheet {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sheets)
}

// Closed says whether the window is down, and with what last words.
func (p *Pane) Closed() (farewell string, closed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.farewell, p.closed
}

// Wiped says whether every passcode that was typed is gone from memory.
func (p *Pane) Wiped() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !slices.ContainsFunc(p.given, func(b []byte) bool { return slices.ContainsFunc(b, func(c byte) bool { return c != 0 }) })
}
