package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/namespace"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// execCommand runs a command beside a card:
//
//	hil exec --series 9 --protocol T1 -- pkcs15-tool -D
type execCommand struct {
	where
	Series      string   `default:"9" enum:"${series}" help:"Which card: ${enum}."`
	Profile     string   `placeholder:"ID" help:"Which profile, as listed by 'cardemu profiles'; overrides --series."`
	Protocol    string   `default:"" enum:",T0,T1" placeholder:"T0|T1" help:"What it speaks. Default: T1, if the card does."`
	Personality string   `placeholder:"ID" help:"Which of the profile's personalities; the first with the protocol by default."`
	Empty       bool     `help:"Leave the readers empty, for a program that brings its own cards: virtual reader slots listen at ports 35963 and 35964."`
	Fault       string   `placeholder:"ID" help:"A fault of the card, as listed by 'hil faults'."`
	Timing      string   `placeholder:"ID" help:"A card as slow as a real one of this kind, as listed by 'cardemu timings'."`
	Trace       string   `type:"path" placeholder:"FILE" help:"Every exchange goes here, passcodes blanked."`
	Command     []string `arg:"" passthrough:"" help:"The command and its arguments, after --."`
	Dir         string   `hidden:"" help:"Where the inner half works; set by the outer one."`
}

// Run is the outer half without Dir and the inner one with it.
func (c execCommand) Run(w world) error {
	if len(c.Command) > 0 && c.Command[0] == "--" {
		c.Command = c.Command[1:]
	}
	if len(c.Command) == 0 {
		return fmt.Errorf("%w: say which command, after --", errUsage)
	}
	if c.Dir != "" {
		return c.inner(w)
	}
	if err := c.checkFault(w, c.Fault); err != nil {
		return err
	}
	if err := c.checkCard(w); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "hil-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	return insideHere(w, c.args(w, dir))
}

// checkCard refuses a card that there is not, before anything is started.
func (c execCommand) checkCard(w world) error {
	place, err := c.cell()
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	programs := c.programs(w)
	if _, err := programs.Built(bench.CardEmu); err != nil {
		return err
	}
	if _, err := programs.OpenSCConf(w.ctx, place); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return nil
}

// args are the inner half's.
func (c execCommand) args(w world, dir string) []string {
	args := []string{"exec", "--dir", dir, "--bin", c.programs(w).Bin, "--series", c.Series}
	if c.Protocol != "" {
		args = append(args, "--protocol", c.Protocol)
	}
	if c.Profile != "" {
		args = append(args, "--profile", c.Profile)
	}
	if c.Personality != "" {
		args = append(args, "--personality", c.Personality)
	}
	if c.Fault != "" {
		args = append(args, "--fault", c.Fault)
	}
	if c.Timing != "" {
		args = append(args, "--timing", c.Timing)
	}
	if c.Trace != "" {
		args = append(args, "--trace", c.Trace)
	}
	if c.Empty {
		args = append(args, "--empty")
	}
	return append(append(args, "--"), c.Command...)
}

// insideHere runs ourselves inside namespaces with our terminal, and exits as
// it does. Ctrl-C is for what runs inside; when we are told to end, all does.
func insideHere(w world, args []string) error {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	cmd := exec.Command(w.self, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = os.Stdin, w.stdout, w.stderr, w.env
	cut, err := namespace.Start(cmd)
	if err != nil {
		return err
	}
	err = cmd.Wait()
	_ = cut()
	return exitOf(err)
}

// exitOf turns the end of a command into our exit code, as a shell would.
func exitOf(err error) error {
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		return err
	}
	if code := ended.ExitCode(); code >= 0 {
		return exit(code)
	}
	return exit(result.ExitInconclusive)
}

// inner builds the bench and runs the command. Ctrl-C reaches the command from
// the terminal; here it must not take the bench away underneath it. The parts
// end with us, process 1.
func (c execCommand) inner(w world) error {
	ctx := context.WithoutCancel(w.ctx)
	if err := namespace.Setup(died); err != nil {
		return err
	}
	env := without(w.env, "PCSCLITE_CSOCK_NAME")
	b := &bench.Bench{Options: bench.Options{Dir: c.Dir, Programs: c.programs(w), Env: env}}
	if c.Fault != "" {
		b.Faults = []string{c.Fault}
	}
	place, err := c.cell()
	if err != nil {
		return err
	}
	if err := c.furnish(ctx, b, place); err != nil {
		return err
	}
	conf, err := b.Programs.OpenSCConf(ctx, place)
	if err != nil {
		return err
	}
	file := filepath.Join(c.Dir, "opensc.conf")
	if err := os.WriteFile(file, conf, 0o600); err != nil {
		return err
	}
	cmd := exec.Command(c.Command[0], c.Command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, w.stdout, w.stderr
	cmd.Env = append(without(env, "OPENSC_CONF"), "OPENSC_CONF="+file)
	return exitOf(cmd.Run())
}

// furnish starts the daemon, with the card unless there is to be none.
func (c execCommand) furnish(ctx context.Context, b *bench.Bench, place cell.Cell) error {
	if c.Empty {
		return b.StartDaemon(ctx)
	}
	err := b.Beside(ctx, place, c.Trace)
	if errors.Is(err, bench.ErrMute) {
		err = fmt.Errorf("%w, so that nothing was run beside it\n%s", err, muteAdvice)
	}
	return err
}

// muteAdvice is for who finds a mute card: it is the bench that is in trouble, and
// not what would have been run.
const muteAdvice = `Take a card that answers: 'cardemu profiles' lists those for --profile. With --empty
your program brings its own card. A card that should have answered does so on a
machine with less to do: try again.`

func (c execCommand) cell() (cell.Cell, error) {
	card := rig.Card{Series: c.Series, Profile: c.Profile, Personality: c.Personality, Timing: c.Timing}
	var err error
	if c.Protocol != "" {
		card.Protocol, err = iso7816.ParseProtocol(c.Protocol)
	}
	return cell.Cell{Kind: rig.PCSCD, Card: card}, err
}

// without leaves a variable out of an environment.
func without(env []string, name string) []string {
	var kept []string
	for _, line := range env {
		if !strings.HasPrefix(line, name+"=") {
			kept = append(kept, line)
		}
	}
	return kept
}
