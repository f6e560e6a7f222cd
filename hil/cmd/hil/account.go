package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"golang.org/x/term"

	"github.com/smartcard-connect/smartcard-connect/hil/wall/account"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/audit"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/hub"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// accountCommand is who may come to a hub. A hub that runs heeds a change at
// once.
type accountCommand struct {
	Add    accountAddCommand    `cmd:"" help:"Make an account; the password is asked for, or in a file."`
	Remove accountRemoveCommand `cmd:"" help:"Take an account away; its sessions end."`
	List   accountListCommand   `cmd:"" help:"List the accounts."`
}

// hubDir is the folder of a hub's files.
type hubDir struct {
	Hub string `type:"path" default:"hub" placeholder:"DIR" help:"The folder of the hub's files. Default: hub."`
}

func (h hubDir) accounts() *account.File {
	return &account.File{Path: filepath.Join(h.Hub, hub.Accounts), Random: rand.Reader}
}

// accountAddCommand makes one:
//
//	hil account add ada --role operator
type accountAddCommand struct {
	hubDir
	Name         string `arg:"" help:"Small letters and digits."`
	Role         string `enum:"viewer,operator,admin" default:"viewer" help:"viewer looks; operator moves, drains, reserves, runs again; admin lifts a quarantine and reads the audit log."`
	PasswordFile string `type:"existingfile" placeholder:"FILE" help:"Its first line is the password."`
}

// Run asks and writes.
func (c accountAddCommand) Run(w world) error {
	password, err := w.password(c.PasswordFile, "Password for "+c.Name)
	if err != nil {
		return err
	}
	defer clear(password)
	if err := os.MkdirAll(c.Hub, 0o700); err != nil {
		return err
	}
	if err := c.accounts().Add(c.Name, account.Role(c.Role), password); err != nil {
		return usage(err)
	}
	_, err = fmt.Fprintf(w.stdout, "%s is %s in %s.\n", c.Name, c.Role, c.Hub)
	return err
}

// usage has wrong names and passwords end as wrong use.
func usage(err error) error {
	if errors.Is(err, account.ErrInvalid) || errors.Is(err, account.ErrExists) || errors.Is(err, account.ErrUnknown) {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return err
}

// password is the first line of a file, or asked for in the terminal.
func (w world) password(file, title string) ([]byte, error) {
	if file != "" {
		return secretLine(file)
	}
	in, ok := w.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return nil, fmt.Errorf("%w: there is no terminal to ask in: --password-file", errUsage)
	}
	if _, err := io.WriteString(w.stderr, title+": "); err != nil {
		return nil, err
	}
	defer func() { _, _ = fmt.Fprintln(w.stderr) }()
	return term.ReadPassword(int(in.Fd()))
}

// accountRemoveCommand takes one away.
type accountRemoveCommand struct {
	hubDir
	Name string `arg:""`
}

// Run writes the file without it.
func (c accountRemoveCommand) Run(world) error { return usage(c.accounts().Remove(c.Name)) }

// accountListCommand lists them.
type accountListCommand struct {
	hubDir
	JSON bool `help:"Print an array of objects."`
}

// Run prints names and roles; never a hash.
func (c accountListCommand) Run(w world) error {
	all, err := c.accounts().All()
	if err != nil {
		return err
	}
	if c.JSON {
		list := []map[string]string{}
		for _, a := range all {
			list = append(list, map[string]string{"id": a.Name, "title": string(a.Role)})
		}
		return printJSON(w.stdout, list)
	}
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	for _, a := range all {
		_, _ = fmt.Fprintf(t, "%s\t%s\n", a.Name, a.Role)
	}
	return t.Flush()
}

// auditCommand checks a hub's log:
//
//	hil audit hub/audit.jsonl
type auditCommand struct {
	File string `arg:"" type:"existingfile" help:"The log: audit.jsonl in the hub's folder."`
}

// Run exits with 3 where the log was changed.
func (c auditCommand) Run(w world) error {
	return reading(c.File, func(in io.Reader) error {
		f, ok := in.(io.ReadSeeker)
		if !ok {
			return fmt.Errorf("%w: a log is a file", errUsage)
		}
		n, err := audit.Check(f)
		if errors.Is(err, audit.ErrBroken) {
			_, _ = fmt.Fprintf(w.stderr, "hil: %s: %v, after %d entries that hold\n", c.File, err, n)
			return exit(result.ExitUnverified)
		}
		if err == nil {
			_, err = fmt.Fprintf(w.stdout, "%d entries follow from each other.\n", n)
		}
		return err
	})
}
