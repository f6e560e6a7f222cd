package bench

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/hil/cell"
)

// SlotName is the PC/SC name of a slot of the virtual reader.
func SlotName(slot int) string { return fmt.Sprintf("Virtual PCD 00 %02d", slot) }

// Beside starts a private pcscd with one card in it, and returns when the card
// is seen. trace, if not empty, is a file that gets every exchange.
func (b *Bench) Beside(ctx context.Context, c cell.Cell, trace string) error {
	if err := b.StartDaemon(ctx); err != nil {
		return err
	}
	if err := b.PutCard(ctx, c, 0, trace); err != nil {
		return err
	}
	return b.AwaitCard(ctx, SlotName(0))
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
