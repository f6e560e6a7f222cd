package bench

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/pcscd"
)

// SlotName is the PC/SC name of a slot of the virtual reader.
func SlotName(slot int) string { return fmt.Sprintf("Virtual PCD 00 %02d", slot) }

// ErrMute is wrapped where a card is in its reader and does not answer to reset.
var ErrMute = errors.New("the card does not answer to reset")

// Beside starts a private pcscd with one card in it, and returns when the card
// has answered, or with ErrMute when it has not. trace, if not empty, is a file that
// gets every exchange.
func (b *Bench) Beside(ctx context.Context, c cell.Cell, trace string) error {
	if err := b.StartDaemon(ctx); err != nil {
		return err
	}
	if err := b.PutCard(ctx, c, 0, trace); err != nil {
		return err
	}
	return b.awaitAnswer(ctx, SlotName(0))
}

// awaitAnswer waits for a card that was put into a reader which had none: what
// pcscd says of an answer to power is about this card.
func (b *Bench) awaitAnswer(ctx context.Context, reader string) error {
	mute := false
	err := b.await(ctx, "the card to be seen in reader "+reader, func(list []pcscd.Reader) bool {
		for _, r := range list {
			if r.Name == reader {
				mute = r.Mute
				return r.Present && (len(r.ATR) > 0 || r.Mute)
			}
		}
		return false
	})
	if err == nil && mute {
		err = fmt.Errorf("reader %s: %w", reader, ErrMute)
	}
	return err
}

// OpenSCConf is the opensc.conf with which OpenSC knows the card. The error says
// what cardemu says, where there is no such card.
func (p Programs) OpenSCConf(ctx context.Context, c cell.Cell) ([]byte, error) {
	path, err := p.Built(CardEmu)
	if err != nil {
		return nil, err
	}
	out, err := exec.CommandContext(ctx, path, append([]string{"opensc-conf"}, c.CardFlags()...)...).Output()
	var ended *exec.ExitError
	if errors.As(err, &ended) && len(ended.Stderr) != 0 {
		return nil, errors.New(strings.TrimPrefix(strings.TrimSpace(string(ended.Stderr)), "cardemu: wrong use: "))
	}
	if err != nil {
		return nil, fmt.Errorf("cardemu opensc-conf: %w", err)
	}
	return out, nil
}
