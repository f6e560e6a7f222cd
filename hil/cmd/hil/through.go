package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/hil/slot"
	"github.com/smartcard-connect/smartcard-connect/hil/tap"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// through records what others say to a card: it is carried from its reader to a
// slot of the virtual reader, where any program can use it.
func (c recordCommand) through(w world) error {
	address, err := slot.ParseURL(c.Through)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if c.Script != "" || c.Builtin != "" || c.LengthsOnly {
		return fmt.Errorf("%w: --through records what others say, and takes no script", errUsage)
	}
	if err := c.newFile(); err != nil {
		return err
	}
	cards, err := c.testCards()
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	secrets, err := c.secrets(w)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	defer wipe(secrets)
	card, err := w.cards.Connect(w.ctx, c.Reader)
	if err != nil {
		return err
	}
	defer func() { _ = card.Close() }()
	serial, err := record.Allowed(w.ctx, card, card.Protocol(), cards)
	if err != nil {
		return fmt.Errorf("%w: %w\nA conversation is recorded of cards that are yours to spoil only: name it with --test-card.", errUsage, err)
	}
	talk := &record.Conversation{Now: w.now, Secrets: secrets, Recording: record.Recording{
		Reader: record.WithoutSerial(c.Reader), Script: "what others said", Date: w.now(), Serial: serial, ATR: card.ATR(), Protocol: card.Protocol(),
	}}
	ended := c.beside(w, func(ctx context.Context, ready func()) error {
		return (&tap.Carried{Card: card, Conversation: talk}).Carry(ctx, address, ready)
	})
	if err := result.WriteFile(c.Output, talk.Snapshot().Write); err != nil {
		return errors.Join(err, ended)
	}
	_, _ = fmt.Fprintf(w.stderr, "Recorded in %s. Play it with 'hil replay'.\n", c.Output)
	return ended
}

// beside runs the command while the card is carried, or waits to be interrupted
// where there is none.
func (c recordCommand) beside(w world, carry func(ctx context.Context, ready func()) error) error {
	return beside(w, c.Command, carry)
}

// beside runs a command while something is in a reader, and ends with it.
func beside(w world, command []string, carry func(ctx context.Context, ready func()) error) error {
	ctx, stop := context.WithCancel(w.ctx)
	defer stop()
	var ended error
	err := carry(ctx, func() {
		if len(command) == 0 {
			_, _ = fmt.Fprintln(w.stderr, "The card is in the slot; Ctrl-C ends.")
			return
		}
		cmd := exec.CommandContext(ctx, command[0], command[1:]...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = os.Stdin, w.stdout, w.stderr, w.env
		ended = cmd.Run()
		stop()
	})
	if err != nil {
		return err
	}
	return exitOf(ended)
}

// newFile refuses to go without a file, or over one.
func (c recordCommand) newFile() error {
	if c.Output == "" {
		return fmt.Errorf("%w: say where the recording goes: -o FILE", errUsage)
	}
	if _, err := os.Lstat(c.Output); err == nil {
		return fmt.Errorf("%w: %s is there already, and recordings are not overwritten", errUsage, c.Output)
	}
	return nil
}
