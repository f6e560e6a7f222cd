package main

import (
	"fmt"
	"io"

	"github.com/smartcard-connect/smartcard-connect/hil/wall"
	"github.com/smartcard-connect/smartcard-connect/hil/why"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// atHub are the flags that say which hub is asked, and as whom.
type atHub struct {
	Hub          string `placeholder:"URL" env:"HIL_HUB" help:"The hub of the farm, such as https://hub.example.org:8443."`
	Account      string `placeholder:"NAME" env:"HIL_ACCOUNT" help:"Whom to log in as."`
	PasswordFile string `type:"existingfile" placeholder:"FILE" env:"HIL_PASSWORD_FILE" help:"Its first line is the password. Default: it is asked for."`
}

// login logs in; the caller logs out.
func (a atHub) login(w world) (*wall.Client, error) {
	if a.Hub == "" || a.Account == "" {
		return nil, fmt.Errorf("%w: say which --hub, and as which --account", errUsage)
	}
	password, err := w.password(a.PasswordFile, "Password of "+a.Account)
	if err != nil {
		return nil, err
	}
	defer clear(password)
	c := &wall.Client{URL: a.Hub}
	return c, c.Login(w.ctx, a.Account, password)
}

// asked logs in, does something, prints what it says, if anything, and logs out.
func (a atHub) asked(w world, do func(*wall.Client) (said string, err error)) error {
	client, err := a.login(w)
	if err != nil {
		return err
	}
	defer func() { _ = client.Logout(w.ctx) }()
	said, err := do(client)
	if err == nil && said != "" {
		_, err = fmt.Fprintln(w.stdout, said)
	}
	return err
}

// whyCommand explains a cell:
//
//	hil why series9-T1-pcscd
//	hil why series9-T1-pcscd --run night --hub https://hub.example.org:8443 --account ada
type whyCommand struct {
	atHub
	Cell  string `arg:"" help:"The cell's ID."`
	RunID string `name:"run" placeholder:"ID" help:"With --hub: the run."`
	From  string `type:"path" default:"out/latest" placeholder:"DIR" help:"Without --hub: a run's folder, or its report.json. Default: out/latest."`
	JSON  bool   `help:"Print the answer as JSON."`
}

// Run prints the answer and exits with the cell's verdict: 2 for one that has
// none yet, 3 where it cannot be found.
func (c whyCommand) Run(w world) error {
	a, err := c.answer(w)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(w.stdout, a)
	} else {
		err = printWhy(w.stdout, a)
	}
	if err == nil && a.Exit() != result.ExitPass {
		return exit(a.Exit())
	}
	return err
}

func (c whyCommand) answer(w world) (why.Answer, error) {
	if c.Hub == "" {
		r, err := readReport(c.From)
		if err != nil {
			return why.Answer{}, unreadable(w, err)
		}
		a, ok := why.Report(r, c.Cell)
		if !ok {
			err = unreadable(w, fmt.Errorf("%s has no cell %s; 'hil report show %s' lists those it has", runName(c.From), c.Cell, asWord(c.From)))
		}
		return a, err
	}
	if c.RunID == "" {
		return why.Answer{}, fmt.Errorf("%w: say which --run", errUsage)
	}
	client, err := c.login(w)
	if err != nil {
		return why.Answer{}, err
	}
	defer func() { _ = client.Logout(w.ctx) }()
	a, err := client.Why(w.ctx, c.RunID, c.Cell)
	if err != nil {
		err = unreadable(w, err)
	}
	return a, err
}

func printWhy(out io.Writer, a why.Answer) error {
	stands := string(a.Phase)
	if a.Verdict != "" {
		stands = a.Verdict
	}
	_, err := fmt.Fprintf(out, "%s, attempt %d: %s\n", a.Cell, a.Attempt, stands)
	for _, b := range a.Because {
		_, err = fmt.Fprintln(out, "  "+b)
	}
	for _, t := range a.Try {
		_, err = fmt.Fprintln(out, "  Try: "+t)
	}
	return err
}

// rerunCommand runs one cell of a farm's run again:
//
//	hil rerun night series9-T1 --reason 'the card was dirty' --hub https://hub.example.org:8443 --account ada
type rerunCommand struct {
	atHub
	RunID  string `arg:"" name:"run" help:"The run's ID."`
	Cell   string `arg:"" help:"The cell's ID."`
	Reason string `help:"Why, for the audit log."`
}

// Run asks the hub.
func (c rerunCommand) Run(w world) error {
	return c.asked(w, func(client *wall.Client) (string, error) { return client.Rerun(w.ctx, c.RunID, c.Cell, c.Reason) })
}
