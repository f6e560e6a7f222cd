// Package table shows how the cells of a run are getting on: a table that is
// redrawn on a terminal, a line per change anywhere else.
package table

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Row is one cell.
type Row struct {
	Cell    string
	State   string // waiting, running, or a verdict
	Pass    int    // specs, once there is a verdict
	Specs   int
	Elapsed time.Duration
}

// Render is the table as text, one line per row and one above.
func Render(rows []Row, colour bool) string {
	width := len("cell")
	for _, r := range rows {
		width = max(width, len(r.Cell))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-*s  %-8s %9s %9s\n", width, "cell", "state", "specs", "time")
	for _, r := range rows {
		fmt.Fprintf(&b, "%-*s  %s %9s %9s\n", width, r.Cell, paint(fmt.Sprintf("%-8s", r.State), colour), r.specs(), r.time())
	}
	return b.String()
}

func (r Row) specs() string {
	if r.Specs == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", r.Pass, r.Specs)
}

func (r Row) time() string {
	if r.Elapsed == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f s", r.Elapsed.Seconds())
}

// paint adds to a word what it already says.
func paint(word string, colour bool) string {
	codes := map[result.Verdict]string{
		result.Pass: "32", result.Fail: "31", result.Error: "35", result.Miss: "33", result.Skip: "2",
	}
	code, ok := codes[result.Verdict(strings.TrimSpace(word))]
	if !ok || !colour {
		return word
	}
	return "\x1b[" + code + "m" + word + "\x1b[0m"
}

// Live is a table that changes. It is safe for concurrent use.
type Live struct {
	Out      io.Writer
	Terminal bool // redraw in place and colour
	Now      func() time.Time
	Note     func(now time.Time) string // a line below the table on a terminal, such as the time left; may be nil

	mu      sync.Mutex
	rows    []Row
	started map[string]time.Time
	drawn   int // lines on the screen
}

// Set notes a cell's new state; n counts its specs once there is a verdict.
func (l *Live) Set(cell, state string, n result.Counts) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.row(cell)
	r.State, r.Pass, r.Specs = state, n.Pass, n.Specs()
	if began, ok := l.started[cell]; ok {
		r.Elapsed = l.Now().Sub(began)
	}
	delete(l.started, cell)
	if state == "running" {
		l.started[cell] = l.Now()
	}
	if l.Terminal {
		l.draw()
		return
	}
	if state != "waiting" {
		_, _ = fmt.Fprintln(l.Out, strings.TrimRight(fmt.Sprintf("%-22s %-8s %7s %8s", r.Cell, r.State, r.specs(), r.time()), " "))
	}
}

func (l *Live) row(cell string) *Row {
	if l.started == nil {
		l.started = map[string]time.Time{}
	}
	for i := range l.rows {
		if l.rows[i].Cell == cell {
			return &l.rows[i]
		}
	}
	l.rows = append(l.rows, Row{Cell: cell})
	return &l.rows[len(l.rows)-1]
}

// Tick brings the times of running cells up to date on a terminal.
func (l *Live) Tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.Terminal || len(l.rows) == 0 {
		return
	}
	for i, r := range l.rows {
		if began, ok := l.started[r.Cell]; ok {
			l.rows[i].Elapsed = l.Now().Sub(began)
		}
	}
	l.draw()
}

// draw writes over what it drew before.
func (l *Live) draw() {
	text := Render(l.rows, true)
	if l.drawn > 0 {
		text = fmt.Sprintf("\x1b[%dA\x1b[J", l.drawn) + text
	}
	l.drawn = len(l.rows) + 1
	if l.Note != nil {
		text += l.Note(l.Now()) + "\n"
		l.drawn++
	}
	_, _ = io.WriteString(l.Out, text)
}
