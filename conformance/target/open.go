package target

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Target is an opened File.
type Target struct {
	File
	// Connect powers the card under test, through whatever the cell has.
	Connect func(ctx context.Context) (reader.Card, error)
}
