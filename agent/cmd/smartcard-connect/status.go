package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/instance"
	"github.com/smartcard-connect/smartcard-connect/agent/portservice"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// statusCommand looks around.
type statusCommand struct {
	settingsFlag
	sessionFlag
	JSON bool `help:"Print an array of objects."`
}

// statusRow is one thing that must be there.
type statusRow struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	OK    bool   `json:"ok"`
}

// Run prints what a helpdesk asks first: how the agent of this session stands,
// its last sign-in among it, or what can be seen where none runs. It fails when
// something is missing.
func (c *statusCommand) Run(ctx context.Context, s *streams) error {
	store, err := c.open()
	if err != nil {
		return err
	}
	now := store.Snapshot()
	rows, ok := c.running(ctx, s.log, instance.Wish{Look: true})
	if !ok {
		rows = []statusRow{{"version", version, true}, readers(ctx), agentPort(ctx), settingsSource(now)}
	}
	err = list(s.out, c.JSON, rows, func(r statusRow) string { return r.ID + ": " + r.Title })
	for _, r := range rows {
		if err == nil && !r.OK {
			err = fmt.Errorf("%s: %s%s", r.ID, r.Title, helpdesk(now.Settings))
		}
	}
	return err
}

// settingsSource says which tiers decide.
func settingsSource(now settings.Snapshot) statusRow {
	tiers := map[settings.Tier]int{}
	for _, v := range now.Values {
		tiers[v.Tier]++
	}
	title := fmt.Sprintf("%d from policy, %d from machine, %d from user, %d default",
		tiers[settings.Policy], tiers[settings.Machine], tiers[settings.User], tiers[settings.Default])
	if n := len(now.Complaints); n > 0 {
		return statusRow{"settings", fmt.Sprintf("%s; %d ignored, the first: %s", title, n, now.Complaints[0].Error()), false}
	}
	return statusRow{"settings", title, true}
}

// helpdesk is whom to ask, when the settings say so.
func helpdesk(now settings.Settings) string {
	if now.HelpdeskText == "" && now.HelpdeskLink == "" {
		return ""
	}
	return "\n" + strings.TrimSpace(now.HelpdeskText+" "+now.HelpdeskLink)
}

func readers(ctx context.Context) statusRow {
	states, err := pcsc.New().Readers(ctx)
	if err != nil {
		return statusRow{"readers", err.Error(), false}
	}
	if len(states) == 0 {
		return statusRow{"readers", "the smartcard service runs, but there is no reader; connect one", false}
	}
	cards := 0
	for _, state := range states {
		if state.Present {
			cards++
		}
	}
	return statusRow{"readers", fmt.Sprintf("%d readers, %d cards", len(states), cards), true}
}

// agentPort asks the port service, as a page would.
func agentPort(ctx context.Context) statusRow {
	found := statusRow{"agent", "no port service knows an agent of this user; start one with: smartcard-connect run --settings FILE --service SOCKET", false}
	for _, p := range portservice.Status(ctx, portservice.Ports()) {
		if p.Agent != 0 {
			return statusRow{"agent", fmt.Sprintf("listens on port %d, says the port service on %d", p.Agent, p.ID), true}
		}
	}
	return found
}

// Help is shown below the verb's own line.
func (statusCommand) Help() string {
	return "Exit code 1 when something is missing, and the last line says what.\n\nExample:\n\n  smartcard-connect status --json"
}

// versionCommand prints the version.
type versionCommand struct{}

// Help is shown below the verb's own line.
func (versionCommand) Help() string { return "Example:\n\n  smartcard-connect version" }

// Run prints what the build stamped.
func (versionCommand) Run(s *streams) error {
	_, err := fmt.Fprintln(s.out, "smartcard-connect", version)
	return err
}
