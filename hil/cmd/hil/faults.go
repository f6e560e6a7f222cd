package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/fault"
)

// faultsCommand lists all faults of the one ID space.
type faultsCommand struct {
	where
	JSON bool `help:"Print an array of objects."`
}

// known is one fault as its program lists it; more fields may follow there.
type known struct {
	ID     string          `json:"id"`
	Title  string          `json:"title"`
	Why    string          `json:"why,omitempty"`
	Params json.RawMessage `json:"params,omitempty"` // as its program writes them
	Owes   json.RawMessage `json:"owes,omitempty"`
}

// Run prints the list.
func (c faultsCommand) Run(w world) error {
	list := c.knownFaults(w)
	if c.JSON {
		return printJSON(w.stdout, list)
	}
	for _, f := range list {
		if err := entry(w.stdout, f.ID, f.Title, faultColumn, w.columns()); err != nil {
			return err
		}
	}
	return nil
}

// faultColumn is where titles begin: most IDs leave room for theirs.
const faultColumn = 32

// knownFaults asks every program for its faults and puts the bench's own in
// front. A program that is not built has none to offer.
func (f where) knownFaults(w world) []known {
	var list []known
	for _, x := range fault.All() {
		list = append(list, known{ID: x.ID, Title: x.Title, Why: x.Why})
	}
	for _, name := range []string{bench.CardEmu, bench.MockCIS2, bench.Conformance} {
		path, err := f.programs(w).Built(name)
		if err != nil {
			continue
		}
		var theirs []known
		out, err := exec.CommandContext(w.ctx, path, "faults", "--json").Output()
		if err != nil || json.Unmarshal(out, &theirs) != nil {
			continue
		}
		for _, x := range theirs {
			if !slices.ContainsFunc(list, func(k known) bool { return k.ID == x.ID }) {
				list = append(list, x)
			}
		}
	}
	return list
}

// checkFault refuses an ID that nobody knows, with those that are near it. What
// follows a colon is for the program whose fault it is to judge.
func (f where) checkFault(w world, id string) error {
	if id == "" {
		return nil
	}
	base, _, settings := strings.Cut(id, ":")
	area, _, _ := strings.Cut(id, ".")
	var near []string
	for _, k := range f.knownFaults(w) {
		if k.ID == base && settings {
			return f.checkSettings(w, id)
		}
		if k.ID == base {
			return nil
		}
		if strings.HasPrefix(k.ID, area+".") {
			near = append(near, k.ID)
		}
	}
	if len(near) == 0 {
		return fmt.Errorf("%w: nobody knows the fault %q; 'hil faults' lists those there are", errUsage, id)
	}
	return fmt.Errorf("%w: nobody knows the fault %q; of this kind there are: %s (all: hil faults)", errUsage, id, strings.Join(near, ", "))
}

// checkSettings asks the program whose fault it is: the provider or the card.
func (f where) checkSettings(w world, id string) error {
	program := bench.CardEmu
	if strings.HasPrefix(id, "provider.") {
		program = bench.MockCIS2
	}
	path, err := f.programs(w).Built(program)
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(w.ctx, path, "faults", id).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", errUsage, strings.TrimSpace(string(out)))
	}
	return nil
}
