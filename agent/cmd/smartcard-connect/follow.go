package main

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/logfile"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/portservice"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// tell logs what of the settings does not count, and takes the log's level.
func (s *streams) tell(now settings.Snapshot) {
	s.logs.setLevel(now.Settings.LogLevel)
	for _, c := range now.Complaints {
		s.log.Warn("a setting is ignored", logfile.Attr(logfile.SettingIgnored), "tier", c.Tier, "place", c.Place, "name", c.Name, "reason", c.Reason)
	}
	for _, i := range now.Settings.Issuers {
		if i.Test() {
			s.log.Warn("TEST: this issuer is reached without encryption; never use a real card with it", logfile.Attr(logfile.AgentTestIssuer), "issuer", i.URL)
		}
	}
}

// follow keeps log and registration with the settings until ctx ends. socket,
// when set, is used instead of the settings' port service; tell hears of changes.
func follow(ctx context.Context, s *streams, store *settings.Store, socket string, port int, tell func(settings.Snapshot)) {
	changed := make(chan struct{}, 1)
	var watching sync.WaitGroup
	defer watching.Wait()
	watching.Go(func() {
		err := store.Watch(ctx, func(now settings.Snapshot) {
			s.log.Info("settings changed", logfile.Attr(logfile.SettingsChanged))
			s.tell(now)
			tell(now)
			select {
			case changed <- struct{}{}:
			default: // the last one was not looked at yet
			}
		})
		if err != nil {
			s.log.Warn("changes of settings are not noticed", logfile.Attr(logfile.SettingsNotWatched), "error", err)
		}
	})
	for ctx.Err() == nil {
		registered(ctx, s, store, socket, port, changed)
	}
}

// registered stays with the port service until the settings want something else.
func registered(ctx context.Context, s *streams, store *settings.Store, socket string, port int, changed <-chan struct{}) {
	where, origins := registration(store, socket)
	ctx, stop := context.WithCancel(ctx)
	var staying sync.WaitGroup
	defer staying.Wait()
	defer stop()
	if where != "" {
		staying.Go(func() {
			portservice.Register(ctx, where, portservice.Hello{Version: 1, Port: port, Origins: origins}, s.log)
		})
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
			if w, o := registration(store, socket); w != where || !slices.Equal(o, origins) {
				return
			}
		}
	}
}

func registration(store *settings.Store, socket string) (where string, origins []string) {
	now := store.Current()
	if socket == "" {
		socket = now.PortServiceSocket
	}
	return socket, now.Origins()
}

// prompters makes a new prompter only when the settings ask for another one.
// Calls come one after another.
func prompters(log *slog.Logger) func(settings.Settings) passcode.Prompter {
	var made passcode.Prompter
	var by settings.Settings
	return func(now settings.Settings) passcode.Prompter {
		if made == nil || now.Prompter != by.Prompter || !slices.Equal(now.Pinentry, by.Pinentry) {
			made, by = prompter(now, log), now
		}
		return made
	}
}
