package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// settingsFlag is shared by the verbs that need settings.
type settingsFlag struct {
	File string `name:"settings" help:"A settings file, JSON, which stands in for the machine tier: for tests and benches. Policy still counts before it." type:"path"`
}

// open reads the tiers. A settings file that was named must be right as a
// whole; mistakes in the tiers are in the snapshot.
func (f settingsFlag) open() (*settings.Store, error) {
	user, err := os.UserConfigDir()
	if err != nil {
		user = "" // no user tier, as for a service
	}
	layers := settings.System(user)
	if f.File == "" {
		return settings.NewStore(layers...), nil
	}
	file := settings.JSONFile{Path: f.File}
	if _, err := file.Settings(); err != nil {
		return nil, usage{fmt.Errorf("%s: %w", f.File, err)}
	}
	for i := range layers {
		if layers[i].Tier == settings.Machine {
			layers[i].Source = file
		}
	}
	return settings.NewStore(layers...), nil
}

// settingsCommand shows settings.
type settingsCommand struct {
	settingsFlag
	JSON   bool `help:"Print an array of objects: each setting, then each thing that is ignored." xor:"form"`
	AsFile bool `help:"Print a settings file (JSON) with what counts now." xor:"form"`
}

// Help is shown below the verb's own line.
func (settingsCommand) Help() string {
	return "Says for each setting what counts, which tier it is from (policy, machine, user, default), what it overrides, and what is ignored and why.\n\nExit codes: 0 everything that is set counts, 1 something is ignored, 64 the command line or the named file is wrong.\n\nExample:\n\n  smartcard-connect settings --json"
}

// ignoredRow is a complaint in a list.
type ignoredRow struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	settings.Complaint
}

// Run prints, and fails when something does not count.
func (c *settingsCommand) Run(s *streams) error {
	store, err := c.open()
	if err != nil {
		return err
	}
	now := store.Snapshot()
	switch {
	case c.AsFile:
		e := json.NewEncoder(s.out)
		e.SetIndent("", "  ")
		err = e.Encode(now.Settings)
	case c.JSON:
		err = json.NewEncoder(s.out).Encode(settingRows(now))
	default:
		err = table(s.out, now)
	}
	if n := len(now.Complaints); err == nil && n > 0 {
		return fmt.Errorf("%d settings are wrong or not allowed where they are; the first: %w", n, now.Complaints[0])
	}
	return err
}

func settingRows(now settings.Snapshot) (rows []any) {
	for _, v := range now.Values {
		rows = append(rows, v)
	}
	for i, c := range now.Complaints {
		rows = append(rows, ignoredRow{fmt.Sprintf("ignored.%d", i+1), c.Error(), c})
	}
	return rows
}

// table is for people. What does not count is below what does.
func table(w io.Writer, now settings.Snapshot) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "SETTING\tTIER\tVALUE\tPLACE") // errors come with Flush
	for _, v := range now.Values {
		name := v.Name
		if v.Security {
			name += " *"
		}
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", name, v.Tier, shown(v.Value), v.Place)
		for _, o := range v.Others {
			what := "overridden"
			if o.Ignored != "" {
				what = "ignored: " + o.Ignored
			}
			_, _ = fmt.Fprintf(t, "\t  %s\t  %s\t  %s (%s)\n", o.Tier, shown(o.Value), o.Place, what)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, "\n* counts from the policy and machine tiers only")
	for _, c := range now.Complaints {
		if err == nil {
			_, err = fmt.Fprintln(w, c.Error())
		}
	}
	return err
}

// shown is one line, whatever a tier holds.
func shown(value []string) string {
	if len(value) == 0 || (len(value) == 1 && value[0] == "") {
		return "-"
	}
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, strings.Join(value, "; "))
	if r := []rune(text); len(r) > 60 {
		return string(r[:60]) + "…" // --json has it whole
	}
	return text
}
