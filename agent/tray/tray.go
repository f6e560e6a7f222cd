//go:build linux || windows

package tray

import (
	"context"
	"time"

	"fyne.io/systray"
)

// Run has the icon until ctx ends. A process can have one icon, once. It returns
// ErrNone where there is no place for it.
func (t *Tray) Run(ctx context.Context) error {
	if err := t.place(ctx); err != nil {
		return err
	}
	return loop(ctx, func() { t.ready(ctx) }, t.Board.Again)
}

// ready fills the icon and follows the board until ctx ends.
func (t *Tray) ready(ctx context.Context) {
	systray.SetIcon(picture)
	systray.SetTitle("Smartcard Connect")
	status := systray.AddMenuItem("Status", "How readers, card and settings stand")
	quit := systray.AddMenuItem("Close", "End Smartcard Connect until the next login")
	go t.Board.Watch(ctx, t.Readers)
	go t.follow(ctx)
	go t.clicks(ctx, status.ClickedCh, quit.ClickedCh)
}

func (t *Tray) follow(ctx context.Context) {
	changed := t.Board.Follow(ctx)
	t.refresh()
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
			t.refresh()
		}
	}
}

// clicks does what is clicked. A click that nobody waits for is lost, so this does
// nothing else.
func (t *Tray) clicks(ctx context.Context, status, quit <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-status:
			t.Show(ctx)
		case <-quit:
			t.Close()
		}
	}
}

// refresh shows what changed. A card that expires soon is told of once a day at
// most.
func (t *Tray) refresh() {
	now, s := t.now(), t.Board.Status()
	systray.SetTooltip(s.Tip(now))
	words := s.ExpiryWarning(now)
	if words == "" || now.Sub(t.warned) < 24*time.Hour {
		return
	}
	t.warned = now
	if err := notify("Your smartcard expires soon", words); err != nil && t.Log != nil {
		t.Log.Warn("the person cannot be told that the card expires", "error", err)
	}
}
