package windows_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/hil/part"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Where things are in the box. The Windows programs see / as drive Z:, and start
// on it, so that a path that begins with a slash is the same for both.
const (
	agentPort = 43485
	readerAt  = "Virtual PCD 00 00"
	script    = "/job/script.json"
	shown     = "/job/shown.jsonl"
	opened    = "/job/opened"
	config    = "/job/settings.json"
)

// startTime is how long one program may take; a Windows that has just booted is
// slow.
const startTime = time.Minute

// judged starts card, provider and the Windows agent around the box's pcscd and
// lets the conformance program judge. That is a Windows program too: the caller
// whom the agent lets in must be one, and it reaches the card through Wine as
// the agent does.
func judged(ctx context.Context, j job) (any, error) {
	var c cell
	defer c.close()
	f, err := c.start(ctx, j)
	if err != nil {
		return nil, err
	}
	if err := writeJSON("/job/target.json", f); err != nil {
		return nil, err
	}
	var specs []result.Spec
	for _, filter := range j.Filters {
		found, err := conformance(ctx, filter)
		if err != nil {
			return nil, err
		}
		specs = append(specs, found.Specs...)
	}
	return specs, nil
}

// conformance runs some of the specs. Whether they passed is in the cell.
func conformance(ctx context.Context, filter string) (result.Cell, error) {
	var found result.Cell
	_ = os.Remove("/job/cell/cell.json")
	said, _ := wine(ctx, "/job/conformance.exe", "run", "--target", "/job/target.json", "--out", "/job/cell", "--filter", filter)
	if err := readJSON("/job/cell/cell.json", &found); err != nil {
		return found, fmt.Errorf("%w: %s", err, said)
	}
	if len(found.Specs) == 0 {
		return found, fmt.Errorf("no spec ran: %s", found.Reason)
	}
	return found, nil
}

// wine runs a Windows program and returns all it says. That goes through a file:
// the Windows that boots beside the first program keeps its outputs open.
func wine(ctx context.Context, command ...string) ([]byte, error) {
	said, err := os.CreateTemp("", "said")
	if err != nil {
		return nil, err
	}
	defer said.Close()
	cmd := exec.CommandContext(ctx, "wine", command...)
	cmd.Stdout, cmd.Stderr = said, said
	failed := cmd.Run()
	out, err := os.ReadFile(said.Name())
	return out, errors.Join(failed, err)
}

// cell is the programs that run.
type cell struct{ parts []*part.Part }

func (c *cell) close() {
	for _, p := range c.parts {
		p.Kill()
	}
}

func (c *cell) program(ctx context.Context, name string, command ...string) (*part.Part, error) {
	ctx, stop := context.WithTimeout(ctx, startTime)
	defer stop()
	p, err := part.Program{Name: name, Path: command[0], Args: command[1:], Env: os.Environ(), Log: "/job/" + name + ".log"}.Start(ctx)
	if err == nil {
		c.parts = append(c.parts, p)
	}
	return p, err
}

// start starts everything and describes it.
func (c *cell) start(ctx context.Context, j job) (target.File, error) {
	f := file(j)
	card, err := c.program(ctx, "cardemu", "/job/cardemu", "run", "--series", j.Series, "--protocol", j.Protocol, "--reader", "vpcd://127.0.0.1:35963")
	if err != nil {
		return f, err
	}
	provider, err := c.program(ctx, "mockcis2", "/job/mockcis2", "serve", "--addr", "127.0.0.1:9480", "--control", "127.0.0.1:9481")
	if err != nil {
		return f, err
	}
	var says struct{ Control, Issuer string }
	if err := json.Unmarshal(card.Ready, &says); err != nil {
		return f, err
	}
	f.Bench = says.Control
	if err := json.Unmarshal(provider.Ready, &says); err != nil {
		return f, err
	}
	f.Control, f.Issuer = says.Control, says.Issuer
	return f, c.agent(ctx, f, j.Prompter)
}

// file is what the cell claims.
func file(j job) target.File {
	const redirect = "http://127.0.0.1/callback"
	return target.File{
		Cell: "series" + j.Series + "-" + j.Protocol + "-wine", Kind: target.Windows, Seed: 1,
		Series: j.Series, Protocol: map[string]iso7816.Protocol{"T0": iso7816.T0, "T1": iso7816.T1}[j.Protocol],
		Passcode: emu.DefaultPasscode, Holder: j.Holder, Reader: readerAt,
		Script: script, Shown: shown, Opened: opened, Agent: agentPort, Settings: config,
		Programs: map[string]string{"smartcard-connect": "/job/smartcard-connect.exe"},
		Clients: []target.Client{
			{ID: "999999999901.apps.national", Secret: "conformance-secret", Method: "client_secret_post", RedirectURI: redirect},
			{ID: "999999999902.apps.national", KeyFile: "/job/card-11.pem", Method: "private_key_jwt", RedirectURI: redirect},
			{ID: "999999999903.apps.national", Secret: "second-secret", Method: "client_secret_post", RedirectURI: redirect},
		},
		Features: []target.Feature{target.Card, target.TestCard, target.FormatFirst, target.Toy, target.AsIssued, target.Provider, target.CIS2, target.Smartcard,
			target.Agent, target.Program, target.Signing, target.Bench, target.Person, target.Clock, target.Series(j.Series), target.Application(j.Series)},
	}
}

// agent starts the program that is judged. Its person types by script unless the
// job wants another prompter, and its browser only writes addresses down.
func (c *cell) agent(ctx context.Context, f target.File, prompter string) error {
	opener := fmt.Sprintf("#!/bin/sh\nprintf '%%s\\n' \"$1\" >>%s\n", opened)
	if err := os.WriteFile("/job/opener", []byte(opener), 0o755); err != nil {
		return err
	}
	answers := map[string]any{"answers": []target.Answer{{Passcode: f.Passcode}}}
	if err := writeJSON(script, answers); err != nil {
		return err
	}
	settings := map[string]any{
		"issuers":         []map[string]string{{"url": f.Issuer, "environment": "int"}},
		"signing_origins": []string{target.SigningOrigin},
		"prompter":        cmp.Or(prompter, "pinentry"),
		"pinentry":        []string{"/job/scripted-pinentry.exe", "--script", script, "--shown", shown},
		"browser_opener":  []string{"start.exe", "/unix", "/job/opener"},
	}
	if err := writeJSON(config, settings); err != nil {
		return err
	}
	_, err := c.program(ctx, "smartcard-connect", "/usr/bin/wine", "/job/smartcard-connect.exe", "run", "--settings", config)
	return err
}
