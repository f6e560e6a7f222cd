package watch

import (
	"context"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Farm is what is asked of the farm's store; a farm.Coordinator that is a
// farm.Lister has it all.
type Farm interface {
	Devices(ctx context.Context) ([]farm.Record, error)
	Run(ctx context.Context, run string) ([]farm.Progress, error)
	farm.Lister
}

// Inventory is what the bench file and the hosts know and leases do not say.
type Inventory interface {
	Readers(ctx context.Context) ([]Place, error)
	Cards(ctx context.Context) ([]Stock, error)
}

// Place is a reader of the inventory.
type Place struct {
	Host   string
	ID     string // as in farm.Device
	Name   string // for people
	Card   string // serial of the card that its host sees in it; empty is none, or unknown
	Silent bool   // its host has not been heard of
}

// Stock is a card of the inventory.
type Stock struct {
	Serial  string
	Title   string
	Series  string
	Home    string // as the Host of its farm.Device
	Test    bool
	Expires time.Time // zero is unknown
	Tries   *int      // left on its passcode; nil is unknown
	Budget  Loss
	Spent   Loss
}
