// Cardemu runs emulated smartcards in virtual readers, one or a drawer of them,
// makes card images, says which cards and faults there are, and prints what
// OpenSC and pcscd need to know.
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

	"github.com/smartcard-connect/smartcard-connect/emu/profile"
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

Make a card that stays, and put it in:

    cardemu make --persona doctor -o doctor.img
    cardemu run --image doctor.img

Move several cards between two readers, here and in a browser:

    cardemu drawer --cards doctor.img,last-try,series8 &
    cardemu insert doctor
    cardemu swap last-try

Exit codes: 0 interrupted or listed, 1 failed, 64 wrong use.`

// version is set by the linker (-X main.version=…); devel is a build by hand.
var version = "devel"

// cli is the command line.
type cli struct {
	Run        runCommand        `cmd:"" help:"Put a card in a virtual reader until interrupted."`
	Make       makeCommand       `cmd:"" help:"Make a card from a persona into an image."`
	Drawer     drawerCommand     `cmd:"" help:"Run a drawer of many cards with many virtual readers, and a page to move them."`
	Show       showCommand       `cmd:"" help:"Say which card of the running drawer is where."`
	Insert     insertCommand     `cmd:"" help:"Put a card of the drawer into a reader."`
	Remove     removeCommand     `cmd:"" help:"Take the card out of a reader."`
	Swap       swapCommand       `cmd:"" help:"Put another card into a reader."`
	Fault      faultCommand      `cmd:"" help:"Put a fault on a card of the drawer."`
	Heal       healCommand       `cmd:"" help:"Take all faults off a card of the drawer."`
	Reset      resetCommand      `cmd:"" help:"Make a card of the drawer as it was personalised."`
	Personas   personasCommand   `cmd:"" help:"List the examples of cards to make."`
	Profiles   profilesCommand   `cmd:"" help:"List the cards there are."`
	Faults     faultsCommand     `cmd:"" help:"List the ways a card or its reader can be wrong."`
	Timings    timingsCommand    `cmd:"" help:"List how slow a card can be."`
	OpenscConf openscCommand     `cmd:"" name:"opensc-conf" help:"Print the opensc.conf with which OpenSC knows a card."`
	ReaderConf readerConfCommand `cmd:"" name:"reader-conf" help:"Print the configuration with which pcscd has more than two virtual readers."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
}

// world is what the commands see of the machine.
type world struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
	// runtime is the folder in which a drawer says where its door is.
	runtime string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := program(world{ctx, os.Stdout, os.Stderr, runtimeFolder()}, os.Args[1:])
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
	profiles, err := profile.All()
	if err != nil {
		fmt.Fprintln(w.stderr, "cardemu:", err)
		return exitFail
	}
	parser, err := kong.New(&cli{}, kong.Vars{"series": allSeries(profiles)}, kong.Name("cardemu"), kong.Description(description),
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
