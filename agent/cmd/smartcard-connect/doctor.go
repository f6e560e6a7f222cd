package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/agent/devicekey"
	"github.com/smartcard-connect/smartcard-connect/agent/doctor"
	"github.com/smartcard-connect/smartcard-connect/agent/portservice"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
	"github.com/smartcard-connect/smartcard-connect/agent/route"
)

// doctorCommand checks what a helpdesk checks.
type doctorCommand struct {
	settingsFlag
	JSON   bool   `help:"Print an array of objects."`
	Bundle string `help:"Write what a service desk needs into this ZIP file, after showing it." type:"path" placeholder:"FILE"`
	Yes    bool   `help:"With --bundle: write without asking."`
}

// Help is shown below the verb's own line.
func (doctorCommand) Help() string {
	return `Looks at readers, cards, services, browsers, network and this computer, and says for each what to do. Asks for no passcode and spends no try.

Exit code 1 when something keeps you from signing in.

Examples:

  smartcard-connect doctor
  smartcard-connect doctor --bundle for-the-service-desk.zip`
}

// errUnhealthy is exit code 1.
var errUnhealthy = errors.New("something keeps you from signing in: see the lines marked BAD")

// Run prints a line for each thing as it is found.
func (c *doctorCommand) Run(ctx context.Context, s *streams) error {
	d, err := c.desk(s)
	if err != nil {
		return err
	}
	var told func(doctor.Line)
	if !c.JSON {
		told = func(l doctor.Line) { _, _ = io.WriteString(s.out, lineOf(l)) } // Examine's answer is judged below
	}
	lines := doctor.Examine(ctx, d, told)
	if c.JSON {
		if err := json.NewEncoder(s.out).Encode(lines); err != nil {
			return err
		}
	}
	if c.Bundle != "" {
		if err := c.bundle(s, lines, d.Logs); err != nil {
			return err
		}
	}
	if !doctor.Healthy(lines) {
		return errUnhealthy
	}
	return nil
}

// lineOf is a line for people: state, what it is about, what was found, and
// below it what to do.
func lineOf(l doctor.Line) string {
	state := map[doctor.State]string{doctor.OK: "ok  ", doctor.Look: "LOOK", doctor.Bad: "BAD "}[l.State]
	text := fmt.Sprintf("%s  %s: %s\n", state, l.ID, l.Title)
	if l.Do != "" {
		text += "      → " + l.Do + "\n"
	}
	return text
}

// desk is this computer, with the settings that count on it.
func (c *doctorCommand) desk(s *streams) (doctor.Desk, error) {
	store, err := c.open()
	if err != nil {
		return doctor.Desk{}, err
	}
	now := store.Snapshot()
	set := now.Settings
	var problems []string
	for _, p := range now.Complaints {
		problems = append(problems, p.Error())
	}
	return doctor.Desk{
		Readers: pcsc.New(), Open: series.Open, Settings: set, Problems: problems, Warn: set.ExpiryWarning(), Logs: s.logs.folders(), Now: time.Now, Machine: doctor.Local{},
		HTTP:  &http.Client{Transport: route.Transport(), Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		Proxy: route.Proxy, Ports: portservice.Ports(),
		Device: func() (string, error) { return thumbprint(set.TPM) },
	}, nil
}

// thumbprint names this computer's key.
func thumbprint(where string) (string, error) {
	k, err := devicekey.Open(where)
	if err != nil {
		return "", err
	}
	defer func() { _ = k.Close() }()
	return devicekey.Thumbprint(k.Public()), nil
}

// bundle shows what it will write, asks, and writes: all of it or nothing.
func (c *doctorCommand) bundle(s *streams, lines []doctor.Line, folders []string) error {
	files, err := doctor.Bundle(lines, folders, private())
	if err != nil {
		return err
	}
	for _, f := range files {
		if _, err := fmt.Fprintf(s.out, "\n--- %s, %d bytes ---\n%s\n", f.Name, len(f.Text), f.Text); err != nil {
			return err
		}
	}
	if !c.Yes && !agreed(s.out, os.Stdin, c.Bundle) {
		return errors.New("nothing was written")
	}
	var z bytes.Buffer
	if err := doctor.Write(&z, files, time.Now()); err != nil {
		return err
	}
	return whole(c.Bundle, z.Bytes())
}

// agreed asks on the terminal. No answer is no.
func agreed(w io.Writer, r io.Reader, file string) bool {
	_, _ = fmt.Fprintf(w, "\nThis is all that goes into %s. Write it? [y/N] ", file)
	answer, _ := bufio.NewReader(r).ReadString('\n')
	return strings.EqualFold(strings.TrimSpace(answer), "y")
}

// whole writes a file so that it is never half there.
func whole(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".bundle-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// private is who is at this computer.
func private() doctor.Private {
	var p doctor.Private
	if u, err := user.Current(); err == nil {
		p.User, p.Home = u.Username, u.HomeDir
		if _, name, ok := strings.Cut(u.Username, `\`); ok { // DOMAIN\name
			p.User = name
		}
	}
	p.Host, _ = os.Hostname() // no name is none to blank
	return p
}
