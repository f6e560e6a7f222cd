package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/host"
	"github.com/smartcard-connect/smartcard-connect/hil/gadget"
	"github.com/smartcard-connect/smartcard-connect/hil/inventory"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

const movesRig = `
name: farm
title: One host of a farm
hosts: [{id: h1, os: linux}, {id: h2, os: linux}]
gadgets: [{id: arm, kind: webhook, host: h1, settings: {url: URL}}]
power: [{id: p1, gadget: arm}]
readers:
  - {id: left, host: h1, usb: "1-1.3:1.0", power: p1, keypad: {gadget: arm}}
  - {id: far, host: h2, usb: "1-1.3:1.0"}
cards: [{id: a, series: "9", protocol: T=1, serial: "00AA"}]
routes: [{gadget: arm, cost: 1}]
`

// Requirement: what a holder asks of a device of this host is done by the gadget
// that the bench file names, and nothing is done to what the host does not have.
// Source: issue 7, parts 1, 2 and 5. Turned red by: another gadget's path, or a
// device of another host.
func TestMoves(t *testing.T) {
	var heard []string
	arm := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { heard = append(heard, r.URL.Path) }))
	defer arm.Close()
	r, err := rig.Parse([]byte(strings.ReplaceAll(movesRig, "URL", arm.URL)))
	if err != nil {
		t.Fatal(err)
	}
	m := moves{bench: gadget.Bench{Rig: r}, name: "h1", look: func(context.Context) ([]inventory.Reader, error) { return nil, nil }}
	for _, c := range []struct {
		kind, id, verb, key string
		fails               bool
	}{
		{farm.Reader, "left", host.Insert, "a", false},
		{farm.Reader, "1-1.3:1.0", host.Remove, "a", false},
		{farm.Power, "p1", host.PowerOff, "", false},
		{farm.Reader, "left", host.PowerOn, "", false},
		{farm.Reader, "left", host.Press, "7", false},
		{farm.Reader, "left", host.Insert, "strange", true},
		{farm.Reader, "far", host.Insert, "a", true},
		{farm.Power, "", host.PowerOff, "", true},
		{farm.Card, "a", host.Insert, "a", true},
	} {
		before := len(heard)
		_, err := m.Do(t.Context(), host.Command{Device: farm.Device{Host: "h1", Kind: c.kind, ID: c.id}, Verb: c.verb, Key: c.key})
		if (err != nil) != c.fails || (len(heard) == before) != c.fails {
			t.Errorf("%+v: error %v, heard %q", c, err, heard[before:])
		}
	}
	if slices.Contains(heard, "") {
		t.Error("a gadget was asked for nothing")
	}
}
