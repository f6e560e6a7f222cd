// Command smartcard-connect is one user's agent: it lets browser pages of
// configured services ask this user's smartcard to sign in or to sign
// prescriptions.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// version is stamped by the build (-ldflags "-X main.version=…").
var version = "unstamped"

// Exit codes, besides 0.
const (
	exitFailed = 1
	exitUsage  = 64
)

const help = `Signs this computer's user in with a smartcard, when a page of a configured identity service asks for it.

Example: write settings.json

  {"issuers":[{"url":"https://am.example.nhs.uk:443/realm","environment":"int"}]}

and start the agent for this user:

  smartcard-connect run --settings settings.json

Exit codes: 0 done, 1 it did not work, 64 the command line or the settings file is wrong.`

// program is the command line.
type program struct {
	LogLevel slog.Level `help:"How much goes to standard error: DEBUG, INFO, WARN, ERROR." default:"INFO"`

	Run          runCommand          `cmd:"" default:"withargs" help:"Serve this user's browser until interrupted (the default)."`
	Authenticate authenticateCommand `cmd:"" help:"Sign in for an address smartcard-connect:authenticate?issuer=…&id=…, then open the browser."`
	Status       statusCommand       `cmd:"" help:"Say whether readers, card and listener are there."`
	Card         cardCommand         `cmd:"" help:"Look at cards; never asks for a passcode."`
	Settings     settingsCommand     `cmd:"" help:"Print the settings in force, defaults included."`
	PasscodeForm formCommand         `cmd:"" hidden:"" help:"Be the passcode form of the agent that started this."`
	Version      versionCommand      `cmd:"" help:"Print the version."`
}

// settingsFlag is shared by the verbs that need settings.
type settingsFlag struct {
	File string `name:"settings" help:"The settings file, JSON." type:"path" env:"SMARTCARD_CONNECT_SETTINGS" required:""`
}

func (f settingsFlag) read() (settings.Settings, error) {
	file, err := os.Open(f.File)
	if err != nil {
		return settings.Settings{}, usage{err}
	}
	defer func() { _ = file.Close() }()
	s, err := settings.Read(file)
	if err != nil {
		return s, usage{fmt.Errorf("%s: %w", f.File, err)}
	}
	return s, nil
}

// usage marks errors of the person who typed the command or the file.
type usage struct{ error }

// Unwrap is the mistake.
func (u usage) Unwrap() error { return u.error }

// streams are where a verb writes.
type streams struct {
	out io.Writer
	log *slog.Logger
}

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	if err := harden(); err != nil {
		fmt.Fprintln(os.Stderr, "smartcard-connect: cannot protect its memory:", err)
		return exitFailed
	}
	var p program
	parser, err := kong.New(&p, kong.Name("smartcard-connect"), kong.Description(help), kong.UsageOnError())
	if err != nil {
		fmt.Fprintln(os.Stderr, "smartcard-connect:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "smartcard-connect:", err, "(see --help)")
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: p.LogLevel}))
	parsed.BindTo(ctx, (*context.Context)(nil))
	return report(parsed.Run(&streams{os.Stdout, log}))
}

// report tells what went wrong and what the exit code is.
func report(err error) int {
	var u usage
	switch {
	case err == nil:
		return 0
	case errors.As(err, &u):
		fmt.Fprintln(os.Stderr, "smartcard-connect:", err)
		return exitUsage
	}
	fmt.Fprintln(os.Stderr, "smartcard-connect:", err)
	return exitFailed
}
