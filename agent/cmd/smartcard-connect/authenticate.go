package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/smartcard-connect/smartcard-connect/agent/instance"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
	"github.com/smartcard-connect/smartcard-connect/agent/signin"
)

// authenticateCommand is the uri channel (PROTOCOL.md §4).
type authenticateCommand struct {
	settingsFlag
	sessionFlag
	URI string `arg:"" help:"smartcard-connect:authenticate?issuer=…&id=…"`
}

// Help is shown below the verb's own line.
func (authenticateCommand) Help() string {
	return "For browsers that block pages from reaching this computer. The issuer must be one of the settings.\n\nExample:\n\n  smartcard-connect authenticate --settings settings.json \\\n    'smartcard-connect:authenticate?issuer=https%3A%2F%2Fam.example.nhs.uk%3A443%2Frealm&id=0123456789abcdefghijkl'"
}

// Run signs in, by the agent that runs in this session where there is one, as it
// has the screen, and opens the way back in the person's browser. The ticket is in
// the address, so other programs may see it: without the browser's cookie it
// is worth nothing.
func (c *authenticateCommand) Run(ctx context.Context, s *streams) error {
	set, err := c.read()
	if err != nil {
		return err
	}
	issuer, id, err := parseURI(set, c.URI)
	if err != nil {
		return usage{err}
	}
	o, err := c.handOver(ctx, s, set, instance.Wish{Issuer: issuer.URL, ID: id})
	if err != nil {
		return err
	}
	if o.Return != "" {
		if err := openBrowser(ctx, set.BrowserOpener, o.Return); err != nil {
			return fmt.Errorf("the browser could not be opened: %w; check browser_opener in the settings", err)
		}
	}
	if o.Problem != "" {
		return errors.New(o.Problem)
	}
	return nil
}

// parseURI takes nothing but the two parameters, once each, and a configured
// issuer.
func parseURI(set settings.Settings, uri string) (settings.Issuer, string, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return settings.Issuer{}, "", err
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil || u.Scheme != "smartcard-connect" || u.Opaque != "authenticate" || len(q) != 2 || len(q["issuer"]) != 1 || len(q["id"]) != 1 {
		return settings.Issuer{}, "", fmt.Errorf("%q is not smartcard-connect:authenticate?issuer=…&id=…", uri)
	}
	issuer, ok := set.Issuer(q.Get("issuer"))
	if !ok {
		return issuer, "", fmt.Errorf("issuer %q is not in the settings", q.Get("issuer"))
	}
	if !signin.ValidID(q.Get("id")) {
		return issuer, "", fmt.Errorf("%q is not an id", q.Get("id"))
	}
	return issuer, q.Get("id"), nil
}
