// Command mockcis2 runs the mock identity provider, and steers one that runs:
// its people, applications and faults, a sign-in without a card; it explains
// the codes that its pages show.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

const (
	exitPass  = 0
	exitFail  = 1
	exitUsage = 64
)

const description = `A mock of NHS CIS2 that is strict by default and misbehaves on request. Nothing
it says is real.

Run one on a port of your own, and open its console in a browser:

    mockcis2 serve --addr 127.0.0.1:9480 --control 127.0.0.1:9481 &
    xdg-open http://127.0.0.1:9481/

Make it wrong, and right again:

    export MOCKCIS2_CONTROL=http://127.0.0.1:9481
    mockcis2 faults on provider.wrong-nonce
    mockcis2 faults off

Register your application, and sign in to it without card or page:

    mockcis2 client add my-clients.json
    mockcis2 login --as 555000000017 --start http://127.0.0.1:3000/login

Sign in as an application that is registered already, and see the tokens:

    mockcis2 login --as Okafor --client 999999999901.apps.national --secret conformance-secret

Find out what a page meant:

    mockcis2 explain 400_645

Exit codes: 0 interrupted or done, 1 failed, 64 wrong use.`

// version is set by the linker (-X main.version=…); devel is a build by hand.
var version = "devel"

// cli is the command line.
type cli struct {
	Serve   serveCommand   `cmd:"" default:"withargs" help:"Run a provider. Example: mockcis2 serve --addr 127.0.0.1:9443 --fault provider.wrong-nonce"`
	Login   loginCommand   `cmd:"" help:"Sign a person in to an application of a running provider, without card or page. For end-to-end tests."`
	Explain explainCommand `cmd:"" help:"Say what a code on a page means, what causes it and where to look. Example: mockcis2 explain 400_645"`
	People  peopleCommands `cmd:"" help:"List who can sign in, or change them in a running provider."`
	Faults  faultCommands  `cmd:"" help:"List the ways in which the provider can misbehave, or switch them in a running one."`
	Lints   lintsCommand   `cmd:"" help:"List what applications are judged by."`
	Client  clientCommands `cmd:"" help:"List the applications, or change them in a running provider."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// errUsage is wrapped when the command line asks for what is not.
var errUsage = errors.New("wrong use")

// world is what the commands see of the machine.
type world struct {
	ctx            context.Context
	stdout, stderr io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := program(world{ctx, os.Stdout, os.Stderr}, os.Args[1:])
	stop()
	os.Exit(code)
}

// leave is kong wanting to end the program, after --help.
type leave int

// program is main without the process: it returns the exit code.
func program(w world, args []string) (code int) {
	defer func() {
		if r := recover(); r != nil {
			l, ok := r.(leave)
			if !ok {
				panic(r)
			}
			code = int(l)
		}
	}()
	parser, err := kong.New(&cli{}, kong.Name("mockcis2"), kong.Description(description), kong.Bind(w),
		kong.Writers(w.stdout, w.stderr), kong.Exit(func(n int) { panic(leave(n)) }))
	if err != nil {
		fmt.Fprintln(w.stderr, "mockcis2:", err)
		return exitUsage
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(w.stderr, "mockcis2: %v\nTry: mockcis2 --help\n", err)
		return exitUsage
	}
	if err := parsed.Run(w); err != nil {
		fmt.Fprintln(w.stderr, "mockcis2:", err)
		if errors.Is(err, errUsage) || errors.Is(err, fault.ErrParam) {
			return exitUsage
		}
		return exitFail
	}
	return exitPass
}

// versionCommand prints the version.
type versionCommand struct{}

// Run prints it.
func (versionCommand) Run(w world) error {
	_, err := fmt.Fprintln(w.stdout, "mockcis2", version)
	return err
}
