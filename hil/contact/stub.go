//go:build !cgo && !windows

package contact

import (
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Card is none: this program was built without cgo.
type Card struct{}

func missing() error {
	return fmt.Errorf("%w: this program was built without cgo and cannot reach pcscd", ErrService)
}

// Take fails with ErrService.
func Take(context.Context, string, iso7816.Protocol) (*Card, error) { return nil, missing() }

// Open fails likewise.
func Open(context.Context, string, iso7816.Protocol) (*Card, error) { return nil, missing() }

// Cold fails likewise.
func (*Card) Cold() error { return missing() }

// Warm fails likewise.
func (*Card) Warm() error { return missing() }

// Again fails likewise.
func (*Card) Again() error { return missing() }

// Protocol is none.
func (*Card) Protocol() iso7816.Protocol { return 0 }

// ATR fails likewise.
func (*Card) ATR() ([]byte, error) { return nil, missing() }

// Transmit fails likewise.
func (*Card) Transmit(context.Context, []byte) ([]byte, error) { return nil, missing() }

// Close does nothing.
func (*Card) Close() error { return nil }
