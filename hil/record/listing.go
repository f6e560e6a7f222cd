package record

import (
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Allowed asks a card who it is and refuses one that is not among the test cards.
// Errors wrap ErrInterlock, or are the reader's.
func Allowed(ctx context.Context, card iso7816.Transmitter, p iso7816.Protocol, cards []string) (serial string, err error) {
	serial, err = Serial(ctx, card, p)
	switch {
	case err != nil:
		return "", err
	case serial == "":
		return "", fmt.Errorf("%w: this card does not say which one it is", ErrInterlock)
	case !listed(serial, cards):
		return "", fmt.Errorf("%w: card %s is not listed as a test card", ErrInterlock, serial)
	}
	return serial, nil
}
