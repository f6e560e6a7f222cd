package service

import (
	"context"
	"errors"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// calm keeps a fault from spinning, where that is not what is wrong with it.
const calm = 100 * time.Millisecond

// impatient takes slow for broken.
var impatient = Fault{
	ID:    "reader.impatient",
	Title: "a service that takes more than a tenth of a second counts as away",
	Why:   "Redirected readers answer over a network; programs tuned on a desk give up on them.",
	Between: func(s *Service) reader.System {
		brief := func(ctx context.Context, call func(context.Context) error) error {
			limited, cancel := context.WithTimeout(ctx, calm)
			defer cancel()
			err := call(limited)
			if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
				return reader.ErrNoService
			}
			return err
		}
		return layer{System: brisk{s, brief}}
	},
}

// brisk is a service whose list is given up.
type brisk struct {
	*Service
	brief func(context.Context, func(context.Context) error) error
}

// Readers is reader.System's.
func (b brisk) Readers(ctx context.Context) (states []reader.State, err error) {
	err = b.brief(ctx, func(ctx context.Context) (err error) {
		states, err = b.Service.Readers(ctx)
		return err
	})
	return states, err
}
