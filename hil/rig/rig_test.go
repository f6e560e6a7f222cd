package rig_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/hil/rigs"
)

const good = `
name: desk
title: One card
readers: [{id: r, device: vpcd, name: Virtual PCD 00 00}]
cards: [{id: c, series: "9", protocol: T=1, holder: "555000000025", passcode: "123456"}]
cells:
  - {kind: package, cards: [c], features: [card]}
  - {kind: pcscd, reader: r, cards: [c], features: [card, program]}
`

// Source: issue 2, "Bad input": a rig file with an unknown field is a clear
// error. Turned red by: reading without KnownFields, or dropping a check.
func TestParseIsStrict(t *testing.T) {
	if _, err := rig.Parse([]byte(good)); err != nil {
		t.Fatalf("the good file: %v", err)
	}
	for name, change := range map[string][2]string{
		"unknown field":    {"title: One card", "titel: One card"},
		"unknown device":   {"device: vpcd", "device: robot"},
		"unknown protocol": {"T=1", "T=2"},
		"timed plastic": {`device: vpcd, name: Virtual PCD 00 00}]
cards: [{id: c,`, `device: manual, name: Virtual PCD 00 00}]
cards: [{id: c, timing: cosmo-v8,`},
		"personality of plastic": {`cards: [{id: c,`, `cards: [{id: c, serial: "01", personality: v81-extended,`},
		"personality, manual": {`device: vpcd, name: Virtual PCD 00 00}]
cards: [{id: c,`, `device: manual, name: Virtual PCD 00 00}]
cards: [{id: c, personality: v81-extended,`},
		"unknown card":       {"cards: [c], features: [card]}", "cards: [d], features: [card]}"},
		"unknown reader":     {"reader: r,", "reader: s,"},
		"pcscd, no reader":   {"reader: r,", ""},
		"unknown kind":       {"kind: package", "kind: wishful"},
		"arch of no windows": {"{kind: pcscd,", "{kind: pcscd, arch: amd64,"},
		"windows, no arch":   {"kind: pcscd", "kind: windows"},
		"unknown arch":       {"kind: pcscd", "kind: windows, arch: arm64"},
		"bad pattern":        {"kind: pcscd", "kind: pcscd, specs: ['[']"},
		"remote, to spend":   {"{kind: pcscd, reader: r, cards: [c], features: [card, program]}", "{kind: remote, reader: r, cards: [c], features: [card, test-card]}"},
		"no features":        {"features: [card]}", "features: []}"},
		"card with no owner": {`holder: "555000000025", `, ""},
	} {
		t.Run(name, func(t *testing.T) {
			bad := strings.Replace(good, change[0], change[1], 1)
			if bad == good {
				t.Fatal("the change changed nothing")
			}
			if _, err := rig.Parse([]byte(bad)); !errors.Is(err, rig.ErrInvalid) {
				t.Errorf("error %v, want ErrInvalid", err)
			}
		})
	}
}

// Source: hil README, "rigs holds one YAML per bench". Turned red by: a typing
// mistake in any of them.
func TestEveryRigOfOursParses(t *testing.T) {
	entries, err := rigs.Files.ReadDir(".")
	if err != nil || len(entries) == 0 {
		t.Fatalf("no rigs: %v", err)
	}
	for _, e := range entries {
		b, err := rigs.Files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rig.Parse(b); err != nil {
			t.Errorf("%s: %v", e.Name(), err)
		}
	}
}

// Source: hil README, "virtual-timed is virtual with slow cards". Turned red by:
// changing one of the two files and not the other, or a card that is not slow.
func TestTimedBenchIsTheVirtualOne(t *testing.T) {
	plain, timed := load(t, rigs.Default), load(t, "virtual-timed.yaml")
	timed.Name, timed.Title = plain.Name, plain.Title
	for i, c := range timed.Cards {
		if c.Timing == "" {
			t.Errorf("%s is not slow", c.ID)
		}
		timed.Cards[i].Timing = ""
	}
	if !reflect.DeepEqual(plain, timed) {
		t.Errorf("%+v\n%+v", plain, timed)
	}
}

// Requirement: a release shows all that the virtual bench shows, and the Windows
// programs of both word sizes beside. Source: issue 6, "the built Windows and Linux
// programs". Turned red by: changing one of the two files and not the other.
func TestReleaseHasAllOfTheVirtualBench(t *testing.T) {
	plain, release := load(t, rigs.Default), load(t, "release.yaml")
	n := len(plain.Cells)
	if !reflect.DeepEqual(plain.Cards, release.Cards) || !reflect.DeepEqual(plain.Readers, release.Readers) || !reflect.DeepEqual(plain.Cells, release.Cells[:n]) || len(release.Excluded) > 0 {
		t.Errorf("%+v\n%+v", plain, release)
	}
	arches := map[string]bool{}
	for _, row := range release.Cells[n:] {
		arches[row.Arch] = row.Kind == rig.Windows
	}
	if !arches["amd64"] || !arches["386"] {
		t.Errorf("windows cells: %v", arches)
	}
}

func load(t *testing.T, name string) rig.Rig {
	t.Helper()
	b, err := rigs.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rig.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
