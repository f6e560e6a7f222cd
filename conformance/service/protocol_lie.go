package service

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// protocolLie never asked which protocol it got.
var protocolLie = Fault{
	ID:    "reader.t1-assumed",
	Title: "the card is spoken to in T=1, whatever reader and card agreed on",
	Why:   "A reader for T=0 alone is found at old desks only; commands with data and an expected length cannot pass it as they are.",
	Between: func(s *Service) reader.System {
		return layer{System: s, connect: func(ctx context.Context, name string) (reader.Card, error) {
			c, err := s.Connect(ctx, name)
			if err != nil {
				return nil, err
			}
			return assumed{c}, nil
		}}
	},
}

type assumed struct{ reader.Card }

// Protocol is reader.Card's.
func (assumed) Protocol() iso7816.Protocol { return iso7816.T1 }
