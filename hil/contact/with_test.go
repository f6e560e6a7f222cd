package contact

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// Requirement: a program that is on its way out is waited for, one that stays is
// told of, and nothing else is tried twice. Source: issue 7 point 4, lease and
// "connect exclusive". Turned red by: a first refusal that ends a cell; a wait that
// does not end with the cell.
func TestTaken(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for name, row := range map[string]struct {
		ctx  context.Context
		says []error // one a try; the last stays
		want error
		most int
	}{
		"goes":    {t.Context(), []error{fmt.Errorf("%w: as others", ErrTaken), nil}, nil, 2},
		"stays":   {t.Context(), []error{ErrTaken}, ErrTaken, int(letting / settle)},
		"is gone": {t.Context(), []error{ErrTaken, ErrNoCard}, ErrNoCard, 2},
		"is over": {over, []error{ErrTaken}, context.Canceled, 1},
	} {
		tries := 0
		_, err := taken(row.ctx, func() (*Card, error) {
			tries++
			return nil, row.says[min(tries, len(row.says))-1]
		})
		if !errors.Is(err, row.want) || tries != row.most {
			t.Errorf("%s: %v after %d tries, want %v after %d", name, err, tries, row.want, row.most)
		}
	}
}
