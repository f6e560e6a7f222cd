package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent"
	"github.com/smartcard-connect/smartcard-connect/agent/instance"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
	"github.com/smartcard-connect/smartcard-connect/agent/signin"
	"github.com/smartcard-connect/smartcard-connect/agent/tray"
)

// desktop is the agent's icon and status window. It tells the agent to write
// down how sign-ins end; stop closes the agent.
func desktop(s *streams, store *settings.Store, a *agent.Agent, port int, stop func()) *tray.Tray {
	board := &tray.Board{}
	board.Change(func(now *tray.Status) { now.Version, now.Port = version, port })
	configured(board, store.Snapshot())
	a.Ended = func(e signin.Ending) { board.Change(func(now *tray.Status) { now.Last = ending(now.Last, e) }) }
	return &tray.Tray{Board: board, Readers: pcsc.New(), Close: stop, Bus: os.Getenv("DBUS_SESSION_BUS_ADDRESS"), Log: s.log}
}

// appear shows the icon until ctx ends, where there is a place for it.
func appear(ctx context.Context, log *slog.Logger, icon *tray.Tray) {
	switch err := icon.Run(ctx); {
	case errors.Is(err, tray.ErrNone):
		log.Info("there is no icon; see: smartcard-connect status", "reason", err)
	case err != nil:
		log.Warn("the icon is gone; see: smartcard-connect status", "error", err)
	}
}

// configured writes down what the settings say about themselves and to people.
func configured(board *tray.Board, now settings.Snapshot) {
	row, set := settingsSource(now), now.Settings
	board.Change(func(s *tray.Status) {
		s.Settings, s.SettingsProblem = row.Title, ""
		if !row.OK {
			s.Settings, s.SettingsProblem = "", row.Title
		}
		s.Warning, s.HelpdeskText, s.HelpdeskLink = set.ExpiryWarning(), set.HelpdeskText, set.HelpdeskLink
	})
}

// ending is a sign-in as the status says it. A sign-in without a card says
// nothing new about one.
func ending(last tray.Ending, e signin.Ending) tray.Ending {
	now := tray.Ending{When: time.Now(), Application: e.Client, Expires: e.Expires}
	if now.Expires.IsZero() {
		now.Expires = last.Expires
	}
	if status := e.Result.Status; status != signin.OK {
		now.Problem, now.Code = e.Result.Message(), fmt.Sprintf("0x%08X", uint32(status))
	}
	return now
}

// facts are how the agent stands now, with the readers looked at anew.
func facts(ctx context.Context, icon *tray.Tray) []instance.Fact {
	states, err := icon.Readers.Readers(ctx)
	icon.Board.Change(func(s *tray.Status) { s.Readers, s.ReaderError = states, err })
	var out []instance.Fact
	for _, l := range icon.Board.Status().Lines(time.Now()) {
		out = append(out, instance.Fact{ID: l.ID, Text: l.Text, OK: l.OK})
	}
	return out
}
