// Cardemu runs one emulated smartcard in a virtual reader, says which cards and
// faults there are, and prints what OpenSC needs to know about them.
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
)

const (
	exitPass  = 0
	exitFail  = 1
	exitUsage = 64
)

const description = `Smartcards made of software.

Put a series 9 card in pcscd's virtual reader and look at it with OpenSC:

    cardemu run --series 9 --protocol T1 &
    pkcs15-tool -D

The passcode is 123456, the PUK 12345678.

See how a program takes a card that signs wrongly:

    cardemu run --series 9 --fault card.wrong-signature

See how it takes a card that is as slow as a real one:

    cardemu run --series 9 --timing cosmo-v8

Exit codes: 0 interrupted or listed, 1 failed, 64 wrong use.`

// version is set by the linker (-X main.version=…); devel is a build by hand.
var version = "devel"

// cli is the command line.
type cli struct {
	Run        runCommand      `cmd:"" help:"Put a card in a virtual reader until interrupted."`
	Profiles   profilesCommand `cmd:"" help:"List the cards there are."`
	Faults     faultsCommand   `cmd:"" help:"List the ways a card or its reader can be wrong."`
	Timings    timingsCommand  `cmd:"" help:"List how slow a card can be."`
	OpenscConf openscCommand   `cmd:"" name:"opensc-conf" help:"Print the opensc.conf with which OpenSC knows a card."`
	Version    versionCommand  `cmd:"" help:"Print the version."`
}

// world is what the commands see of the machine.
type world struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := program(world{ctx, os.Stdout, os.Stderr}, os.Args[1:])
	stop()
	os.Exit(code)
}

// versionCommand prints the version.
type versionCommand struct{}

// Run prints it.
func (versionCommand) Run(w world) error {
	_, err := fmt.Fprintln(w.stdout, "cardemu", version)
	return err
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
	parser, err := kong.New(&cli{}, kong.Name("cardemu"), kong.Description(description),
		kong.Writers(w.stdout, w.stderr), kong.Bind(w), kong.Exit(func(n int) { panic(leave(n)) }))
	if err != nil {
		fmt.Fprintln(w.stderr, "cardemu:", err)
		return exitUsage
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(w.stderr, "cardemu: %v\nTry: cardemu --help\n", err)
		return exitUsage
	}
	if err := parsed.Run(w); err != nil {
		fmt.Fprintln(w.stderr, "cardemu:", err)
		if errors.Is(err, errUsage) {
			return exitUsage
		}
		return exitFail
	}
	return exitPass
}
