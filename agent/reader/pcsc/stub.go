//go:build !cgo && !windows

package pcsc

import (
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// System is no readers at all: this program was built without cgo.
type System struct{}

// New is a System whose every call fails with reader.ErrNoService.
func New() *System { return &System{} }

func missing() error {
	return fmt.Errorf("%w: this program was built without cgo and cannot reach pcscd", reader.ErrNoService)
}

// Readers fails with reader.ErrNoService.
func (*System) Readers(context.Context) ([]reader.State, error) { return nil, missing() }

// Wait fails with reader.ErrNoService.
func (*System) Wait(context.Context, []reader.State) ([]reader.State, error) { return nil, missing() }

// Connect fails with reader.ErrNoService.
func (*System) Connect(context.Context, string) (reader.Card, error) { return nil, missing() }

// Describe fails with reader.ErrNoService.
func (*System) Describe(context.Context, string) (Description, error) {
	return Description{}, missing()
}
