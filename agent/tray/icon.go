package tray

import (
	"errors"
	"log/slog"
	"time"
)

// ErrNone is wrapped where there can be no icon: no session bus on Linux, no
// taskbar on Windows.
var ErrNone = errors.New("there is no tray here")

// Tray is the icon. Board is required.
type Tray struct {
	Board *Board
	// Bus is the session bus's address on Linux; empty is no tray. Windows does
	// without.
	Bus string
	// Show opens the status window; it returns at once.
	Show func()
	// Close is the person's wish to end the agent.
	Close func()
	Now   func() time.Time // zero is time.Now
	Log   *slog.Logger     // zero is silence

	warned time.Time // when the person was last told that the card expires
}

func (t *Tray) now() time.Time {
	if t.Now == nil {
		return time.Now()
	}
	return t.Now()
}
