package memory

import (
	"context"
	"maps"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

var _ farm.Lister = (*Farm)(nil)

// Runs is farm.Lister.
func (f *Farm) Runs(ctx context.Context) ([]string, error) {
	leave, err := f.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	return slices.Sorted(maps.Keys(f.cells)), nil
}
