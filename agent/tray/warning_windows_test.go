package tray

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// none is a computer without readers.
type none struct{ reader.System }

func (none) Readers(context.Context) ([]reader.State, error) { return nil, nil }

func (none) Wait(ctx context.Context, _ []reader.State) ([]reader.State, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// Requirement: a person is warned at the icon before the card expires (issue,
// point 3). Where there is no taskbar this shows nothing; conformance/windows
// runs it where there is one, and reads how it went in the file. Turned red by:
// a balloon that is not at systray's icon.
func TestWarning(t *testing.T) {
	if find(0, 0, "Shell_TrayWnd") == 0 {
		t.Skip("there is no taskbar here")
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	b := &Board{}
	b.Change(func(s *Status) {
		s.Warning, s.HelpdeskText, s.HelpdeskLink = 90*24*time.Hour, "Ring the service desk on 1234.", "https://help.example/smartcards"
	})
	icon := &Tray{Board: b, Readers: none{}, Close: stop}
	go func() {
		for own(iconClass) == 0 && ctx.Err() == nil {
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		b.Change(func(s *Status) { s.Last.Expires = time.Now().AddDate(0, 0, 30) })
		time.Sleep(time.Second)
		said := ""
		if err := notify("Your smartcard expires soon", b.Status().ExpiryWarning(time.Now())); err != nil {
			said = err.Error()
			t.Error(err)
		}
		if err := os.WriteFile("/job/warned", []byte(said), 0o600); err != nil {
			t.Log(err)
		}
	}()
	if err := icon.Run(ctx); err != nil {
		t.Error(err)
	}
}
