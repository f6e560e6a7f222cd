package main

import (
	"slices"

	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/hil/rigs"
)

// series are those of the cards on the bench that every machine has. A test
// parses its file, so here it cannot fail.
func series() []string {
	var all []string
	file, err := rigs.Files.ReadFile(rigs.Default)
	if err != nil {
		return nil
	}
	bench, err := rig.Parse(file)
	if err != nil {
		return nil
	}
	for _, c := range bench.Cards {
		if !slices.Contains(all, c.Series) {
			all = append(all, c.Series)
		}
	}
	return all
}
