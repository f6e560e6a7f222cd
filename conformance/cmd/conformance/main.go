// The conformance program judges a card, an identity service and an agent from
// outside. It can be carried to any host.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

const description = `Judges smartcards, identity services and the smartcard agent from outside.

See that it works here, with nothing but this program:

    conformance selftest

Judge a card in your reader, your provider or your agent, from a target file
(conformance/README.md has one for each):

    conformance run --target card.json --out out/cell --filter 'card.*'

A spec whose features the file does not claim is skipped and says so; a claim
that does not hold is a failure.

Exit codes: 0 pass, 1 the product failed, 2 inconclusive (a test or the bench
broke, or nothing ran), 64 wrong use. 3, could not verify, is the gate's alone.`

// version is set by the linker (-X main.version=…); devel is a build by hand.
var version = "devel"

// program is the command line.
type program struct {
	Info     info           `cmd:"" help:"Say what this program can judge."`
	List     list           `cmd:"" help:"List the specs. Example: conformance list --json"`
	Run      run            `cmd:"" help:"Judge a target. Example: conformance run --target cell-target.json --out out/cell"`
	Faults   faults         `cmd:"" help:"List the faults that prove the specs. Example: conformance faults --json"`
	Manifest manifest       `cmd:"" help:"Compare the specs with the golden list."`
	Selftest selftest       `cmd:"" help:"Judge our own packages in this process: one cell that needs nothing but this program."`
	Prove    prove          `cmd:"" help:"Show that every spec can fail and need not: run each with its own fault and without, and each fault with all specs. Example: conformance prove --filter 'card.*' --every 0"`
	Version  versionCommand `cmd:"" help:"Print the version."`
}

// versionCommand prints the version.
type versionCommand struct{}

// Run prints it.
func (versionCommand) Run(d *desk) error {
	_, err := fmt.Fprintln(d.out, "conformance", version)
	return err
}

// desk is what the verbs share.
type desk struct {
	ctx      context.Context
	out, err io.Writer
}

// inconclusive is wrapped by errors of the bench or of a test.
var errInconclusive = errors.New("inconclusive")

// errFailed is wrapped when the product failed.
var errFailed = errors.New("failed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := start(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// start is main without the process around it.
func start(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	var p program
	parser, err := kong.New(&p, kong.Name("conformance"),
		kong.Description(description),
		kong.Vars{"series": numbers()},
		kong.Writers(stdout, stderr), kong.UsageOnError(), kong.Exit(func(c int) { panic(exited(c)) }))
	if err != nil {
		fmt.Fprintln(stderr, "conformance:", err)
		return result.ExitInconclusive
	}
	defer func() {
		if c, ok := recover().(exited); ok {
			code = int(c)
		}
	}()
	verb, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(stderr, "conformance:", err)
		return result.ExitUsage
	}
	if err := verb.Run(&desk{ctx, stdout, stderr}); err != nil {
		fmt.Fprintln(stderr, "conformance:", err)
		return exitOf(err)
	}
	return result.ExitPass
}

// exited is how --help ends.
type exited int

func exitOf(err error) int {
	switch {
	case errors.Is(err, target.ErrUsage):
		return result.ExitUsage
	case errors.Is(err, errFailed):
		return result.ExitFail
	}
	return result.ExitInconclusive
}

// numbers are the series the agent knows, with commas.
func numbers() string {
	var all []string
	for _, d := range series.All() {
		all = append(all, d.Series)
	}
	return strings.Join(all, ",")
}
