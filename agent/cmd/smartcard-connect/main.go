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
)

// version is stamped by the build (-ldflags "-X main.version=…").
var version = "unstamped"

// Exit codes, besides 0.
const (
	exitFailed = 1
	exitUsage  = 64
)

const help = `Signs this computer's user in with a smartcard, when a page of a configured identity service asks for it.

Settings come from Group Policy or files of the administrator; see: smartcard-connect settings

Example without an administrator: write settings.json

  {"issuers":[{"url":"https://am.example.nhs.uk:443/realm","environment":"int"}]}

and start the agent for this user:

  smartcard-connect run --settings settings.json

Logs are JSON lines, in %LOCALAPPDATA%\NHS on Windows and in $XDG_STATE_HOME/smartcard-connect elsewhere.

Exit codes: 0 done, 1 it did not work, 64 the command line or the settings file is wrong.`

// program is the command line.
type program struct {
	LogLevel  slog.Level `help:"How much goes to standard error: DEBUG, INFO, WARN, ERROR." default:"INFO"`
	LogFolder string     `help:"Keep the log files here instead of in the user's folder; - keeps none." placeholder:"FOLDER"`

	Run          runCommand          `cmd:"" default:"withargs" help:"Serve this user's browser until interrupted (the default)."`
	Authenticate authenticateCommand `cmd:"" help:"Sign in for an address smartcard-connect:authenticate?issuer=…&id=…, then open the browser."`
	Status       statusCommand       `cmd:"" help:"Say whether readers, card and listener are there."`
	Doctor       doctorCommand       `cmd:"" help:"Check readers, cards, services, browsers and network, and say what to do."`
	Card         cardCommand         `cmd:"" help:"Look at cards; never asks for a passcode."`
	Settings     settingsCommand     `cmd:"" help:"Say for each setting what counts, from where, and what is ignored and why."`
	PasscodeForm formCommand         `cmd:"" hidden:"" help:"Be the passcode form of the agent that started this."`
	Version      versionCommand      `cmd:"" help:"Print the version."`
}

// usage marks errors of the person who typed the command or the file.
type usage struct{ error }

// Unwrap is the mistake.
func (u usage) Unwrap() error { return u.error }

// streams are where a verb writes.
type streams struct {
	out  io.Writer
	log  *slog.Logger // the agent's own
	logs *logs
	// what is kept apart, in files of their own
	hub, signing, management *slog.Logger
}

func main() {
	console()
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
	parsed.BindTo(ctx, (*context.Context)(nil))
	return report(parsed.Run(newLogs(os.Stderr, p.LogLevel, p.LogFolder).streams(os.Stdout)))
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
