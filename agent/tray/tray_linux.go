package tray

import (
	"context"
	_ "embed"
	"fmt"
	"html"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"
)

//go:embed icon.png
var picture []byte

// place wants a session bus: without one systray waits for ever.
func (t *Tray) place(context.Context) error {
	if t.Bus == "" {
		return fmt.Errorf("%w: no session bus", ErrNone)
	}
	if _, err := dbus.SessionBus(); err != nil {
		return fmt.Errorf("%w: %w", ErrNone, err)
	}
	return nil
}

// loop has the icon until ctx ends. shown is called once it is on the bus: systray
// (1.12) calls ready before, and loses what is set while it puts the icon there.
func loop(ctx context.Context, ready, shown func()) error {
	start, end := systray.RunWithExternalLoop(ready, nil)
	start()
	shown()
	<-ctx.Done()
	end()
	return nil
}

// notify shows a notification (Desktop Notifications Specification 1.2). Its text
// is markup.
func notify(title, text string) error {
	bus, err := dbus.SessionBus()
	if err != nil {
		return err
	}
	call := bus.Object("org.freedesktop.Notifications", "/org/freedesktop/Notifications").Call("org.freedesktop.Notifications.Notify", 0,
		"Smartcard Connect", uint32(0), "dialog-password", title, html.EscapeString(text), []string{}, map[string]dbus.Variant{}, int32(-1))
	return call.Err
}

// OpenWindow says how things stand in a notification, which every desktop with
// a tray has.
func (t *Tray) OpenWindow() error {
	if t.Bus == "" {
		return fmt.Errorf("%w: no session bus", ErrNone)
	}
	return notify("Smartcard Connect", t.Board.Status().Text(t.now()))
}

// native is nothing here.
type native struct{}
