package doctor

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/portservice"
)

// agentPort says whether the agent's own port is open, and who has it if not
// the agent.
func agentPort(ctx context.Context, d Desk) []Line {
	port := d.Settings.WithDefaults().Port
	c, err := (&net.Dialer{Timeout: 2 * time.Second}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return one("agent", Look, fmt.Sprintf("nobody listens on port %d: Smartcard Connect is not running", port), "Start Smartcard Connect; it starts by itself at the next login.")
	}
	_ = c.Close()
	if holder := portservice.Squatter(port); holder != "unknown" {
		return good("agent", fmt.Sprintf("port %d is held by %s", port, holder))
	}
	return good("agent", fmt.Sprintf("port %d is open", port))
}

// portService asks each port, as a login page does.
func portService(ctx context.Context, d Desk) []Line {
	if len(d.Ports) == 0 {
		return unseen("port-service")
	}
	rows := portservice.Status(ctx, d.Ports)
	for _, r := range rows {
		if r.Agent != 0 {
			return good("port-service", fmt.Sprintf("port %d: %s", r.ID, r.Title))
		}
	}
	for _, r := range rows {
		if r.OK {
			return one("port-service", Look, fmt.Sprintf("port %d: %s", r.ID, r.Title), "Start Smartcard Connect; if it runs, end it and start it again.")
		}
	}
	return one("port-service", Look, fmt.Sprintf("no port service answers: port %d: %s", rows[0].ID, rows[0].Title),
		"On a computer for one person it is not needed. On a shared one, start the service NHS Port Service, or end the program that has its ports.")
}
