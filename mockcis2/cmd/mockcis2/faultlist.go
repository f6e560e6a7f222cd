package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// listFaults prints every fault, or the one with this ID, which may have
// parameters. Errors wrap fault.ErrParam.
func listFaults(w io.Writer, id string, asJSON bool) error {
	all := fault.List()
	if id != "" {
		f, err := fault.Find(id)
		if err != nil {
			return err
		}
		all = []fault.Info{f}
	}
	if asJSON {
		return json.NewEncoder(w).Encode(all)
	}
	for _, f := range all {
		if _, err := fmt.Fprint(w, described(f)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprint(w, "\nParameters follow a colon: provider.hang:endpoint=userinfo,n=2. Most faults can be\naimed by n=, client= and flow=; 'mockcis2 faults --json' says which.\n")
	return err
}

// described is a fault in a few lines: what is wrong, what is owed, and the
// parameters of its own.
func described(f fault.Info) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s  %s\n    owes %s: %s\n", f.ID, f.Title, f.Owes.Expect, f.Owes.Text)
	if f.RPTest != "" {
		fmt.Fprintf(&out, "    is %s\n", f.RPTest)
	}
	for _, p := range f.Params {
		if p.Default != "" && p.Key != "n" {
			fmt.Fprintf(&out, "    %s=%s  %s: %s\n", p.Key, p.Default, p.Form, p.Title)
		}
	}
	return out.String()
}
