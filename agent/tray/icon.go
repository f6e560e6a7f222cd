package tray

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// ErrNone is wrapped where there can be no icon: no session bus on Linux, no
// taskbar on Windows.
var ErrNone = errors.New("there is no tray here")

// Tray is the icon. Board and Readers are required. Do not copy a Tray.
type Tray struct {
	Board *Board
	// Bus is the session bus's address on Linux; empty is no tray. Windows does
	// without.
	Bus string
	// Readers are watched while there is an icon.
	Readers reader.System
	// Close is the person's wish to end the agent.
	Close func()
	Now   func() time.Time // zero is time.Now
	Log   *slog.Logger     // zero is silence

	warned time.Time  // when the person was last told that the card expires
	open   sync.Mutex // held while the status window is open
	native native     // what the system's window needs
}

func (t *Tray) now() time.Time {
	if t.Now == nil {
		return time.Now()
	}
	return t.Now()
}

// Show opens the status window and returns at once. Readers are looked at anew.
func (t *Tray) Show(ctx context.Context) {
	go func() {
		states, err := t.Readers.Readers(ctx)
		t.Board.Change(func(s *Status) { s.Readers, s.ReaderError = states, err })
		if err := t.OpenWindow(); err != nil && t.Log != nil {
			t.Log.Warn("the status cannot be shown; see: smartcard-connect status", "error", err)
		}
	}()
}
