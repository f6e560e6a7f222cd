// Hil is the bench: it puts cards in readers, starts what a sign-in needs
// around them, lets the conformance program judge, and says whether a release
// may ship.
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
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

const description = `The bench for smartcard sign-in.

Run the whole matrix on this machine with no card and no reader, and read the
verdict in out/latest/report.html:

    hil run

Look at one red cell again, with one spec:

    hil run --cells series9-T1-pcscd --only card.selects

Click through a sign-in by hand:

    hil up

See what changed between two runs, and how specs fared over many:

    hil report diff out/before out/latest -o difference.html
    hil report history out -o history.html

See the readers of this machine, write them down, and move a card:

    hil devices --write bench.yaml
    hil insert card-1 reader-2
    hil power reader-2 cycle

Record what a card in any reader says to a script, and compare two cards:

    hil record --reader "Virtual PCD 00 00" --builtin piv -o today.apdu
    hil compare plastic.apdu today.apdu

Record whole cells, and run them again with no card:

    hil run --record out/tape
    hil run --replay out/tape

Sign what a run finds, and let the gate judge by that:

    hil run --sign tpm --plan plan.json
    hil gate --owner owner.pem --policy policy.json --plan plan.json \
        --attestations out/latest/attestations --artifact bin/smartcard-connect --explain

Exit codes: 0 pass, 1 the product failed, 2 inconclusive (the bench broke or
something is missing), 3 could not verify, 64 wrong use.`

// cli is the command line.
type cli struct {
	Run      runCommand      `cmd:"" help:"Run the matrix and write report and verdict."`
	Plan     planCommand     `cmd:"" help:"List the cells and the specs each must show."`
	Faults   faultsCommand   `cmd:"" help:"List what --fault knows."`
	Exec     execCommand     `cmd:"" help:"Run a command beside a virtual card in a private pcscd."`
	Up       upCommand       `cmd:"" help:"Start card, provider, agent and a demo application to click through."`
	Insert   insertCommand   `cmd:"" help:"Bring a card to a reader, by the bench's gadgets; or put one of the running 'hil up' in."`
	Remove   removeCommand   `cmd:"" help:"Take the card out of a reader; or one of the running 'hil up'."`
	Power    powerCommand    `cmd:"" help:"Switch a reader's power on or off, by the bench's gadgets."`
	Cards    cardsCommand    `cmd:"" help:"List the cards of the bench and what they may still lose."`
	Actuator actuatorCommand `cmd:"" help:"Let other test tools, such as the FIDO Alliance's, drive the bench's gadgets by HTTP."`
	Fault    faultCommand    `cmd:"" help:"Switch a fault of the running 'hil up' on, or all off."`
	Devices  devicesCommand  `cmd:"" help:"List this machine's readers by USB path and the cards in them, or write a first bench file."`
	Report   reportCommand   `cmd:"" help:"Show reports again: one, the difference of two, or many over time."`
	Publish  publishCommand  `cmd:"" help:"Put a run where it is kept, as it was written, with how to check it."`
	Gate     gateCommand     `cmd:"" help:"Decide whether a release may ship, from a report.json or from what was signed."`
	Verify   verifyCommand   `cmd:"" help:"Check a signature and say what was signed: 3 where it does not hold."`
	Sign     signCommand     `cmd:"" help:"Sign a policy, a plan or waivers as their owner."`
	Attest   attestCommand   `cmd:"" help:"Sign cells that ran outside 'hil run' on this host."`
	Index    indexCommand    `cmd:"" help:"Sign the index of a folder of attestations, as their planner."`
	Key      keyCommand      `cmd:"" help:"Make a software key, or show the public half of a key."`
	Enrol    enrolCommand    `cmd:"" help:"Bring a planner to trust the key in a host's TPM."`
	Record   recordCommand   `cmd:"" help:"Run a script against a card in a reader and keep what it says, secrets blanked."`
	Replay   replayCommand   `cmd:"" help:"Play a recording as a card in the virtual reader; what was not recorded is refused."`
	Compare  compareCommand  `cmd:"" help:"Compare two recordings: 0 the same, 1 they differ, 3 unreadable."`
	Simulate simulateCommand `cmd:"" help:"Plan a farm that nobody has, follow it in virtual time, and say what that takes."`
	Bench    benchCommand    `cmd:"" help:"Measure the bench itself."`
	Why      whyCommand      `cmd:"" help:"Explain why a cell waits, failed or was missed; exits with its verdict."`
	Rerun    rerunCommand    `cmd:"" help:"Run one cell of a farm's run again."`
	Reserve  reserveCommand  `cmd:"" help:"Take a reader of a farm for yourself for a while, or give it back."`
	Answer   answerCommand   `cmd:"" help:"Say that what a farm asks of people was done, or list what it asks."`
	Account  accountCommand  `cmd:"" help:"Say who may come to the page of a farm."`
	Audit    auditCommand    `cmd:"" help:"Check that a hub's audit log was not changed: 3 where it was."`
	Version  versionCommand  `cmd:"" help:"Print the version."`

	Serve    serveCommand    `cmd:"" group:"A farm of many hosts" help:"Be the hub of a farm, or one node of it, and plan."`
	Host     hostCommand     `cmd:"" group:"A farm of many hosts" help:"Be a host of a farm: run its cells, guard its devices."`
	Submit   submitCommand   `cmd:"" group:"A farm of many hosts" help:"Run the matrix on a farm, and report as 'hil run' does."`
	Identity identityCommand `cmd:"" group:"A farm of many hosts" help:"Make who is who in a farm."`

	CellInit   cellInitCommand   `cmd:"" hidden:"" help:"Run a job file inside namespaces; started by hil itself."`
	CellRun    cellRunCommand    `cmd:"" hidden:"" help:"Run an attempt of a farm's host; started by hil itself."`
	ReaderInit readerInitCommand `cmd:"" hidden:"" help:"Keep a virtual reader inside namespaces; started by hil itself."`
}

// world is what the commands see of the machine.
type world struct {
	ctx    context.Context
	stdin  io.Reader
	stdout *os.File
	stderr io.Writer
	env    []string
	now    func() time.Time
	self   string        // path of this program
	cards  reader.System // this machine's readers
	host   string        // this machine's name
}

// exit is a command's wish for an exit code; what there was to say was said.
type exit int

// Error is for callers that do not know the type.
func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// errUsage is wrapped by errors about the command line.
var errUsage = errors.New("wrong use")

func main() {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, "hil:", err)
		os.Exit(result.ExitInconclusive)
	}
	host, err := os.Hostname()
	if err != nil {
		host = ""
	}
	w := world{ctx: ctx, host: host, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.Environ(), now: time.Now, self: self, cards: pcsc.New()}
	code := program(w, os.Args[1:])
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
	parser, err := kong.New(&cli{}, kong.Name("hil"), kong.Description(description),
		kong.Vars{"series": strings.Join(series(), ","), "host": w.host},
		kong.Writers(w.stdout, w.stderr), kong.Bind(w), kong.Exit(func(n int) { panic(leave(n)) }), kong.Configuration(kong.JSON))
	if err != nil {
		fmt.Fprintln(w.stderr, "hil:", err)
		return result.ExitUsage
	}
	parsed, err := parser.Parse(args)
	if err == nil {
		err = bounded(parsed.Flags())
	}
	if err != nil {
		fmt.Fprintf(w.stderr, "hil: %v\nTry: hil --help\n", err)
		return result.ExitUsage
	}
	return w.code(parsed.Run(w))
}

// code turns a command's error into words and an exit code.
func (w world) code(err error) int {
	var wish exit
	switch {
	case err == nil:
		return result.ExitPass
	case errors.As(err, &wish):
		return int(wish)
	}
	fmt.Fprintln(w.stderr, "hil:", err)
	if errors.Is(err, errUsage) || errors.Is(err, rig.ErrInvalid) {
		return result.ExitUsage
	}
	return result.ExitInconclusive
}

// terminal says whether a person reads our output.
func (w world) terminal() bool { return term.IsTerminal(int(w.stdout.Fd())) }
