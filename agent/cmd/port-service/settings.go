package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/smartcard-connect/smartcard-connect/agent/logfile"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// tiers are this computer's policy and machine tiers: a service has no user.
// file, when set, stands in for the machine tier and must be right as a whole.
func tiers(file string) (*settings.Store, error) {
	var layers []settings.Layer
	for _, l := range settings.System("") {
		if l.Tier == settings.User {
			continue
		}
		if l.Tier == settings.Machine && file != "" {
			source := settings.JSONFile{Path: file}
			if _, err := source.Settings(); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			l.Source = source
		}
		layers = append(layers, l)
	}
	return settings.NewStore(layers...), nil
}

// follow reports what of the settings does not count, now and after changes.
func follow(ctx context.Context, store *settings.Store, log *slog.Logger) {
	tell := func(now settings.Snapshot) {
		for _, c := range now.Complaints {
			log.Warn("a setting is ignored", logfile.Attr(logfile.SettingIgnored), "tier", c.Tier, "place", c.Place, "name", c.Name, "reason", c.Reason)
		}
	}
	tell(store.Snapshot())
	if err := store.Watch(ctx, tell); err != nil {
		log.Warn("changes of settings are not noticed", logfile.Attr(logfile.SettingsNotWatched), "error", err)
	}
}
