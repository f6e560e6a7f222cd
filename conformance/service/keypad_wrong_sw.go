package service

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// keypadWrongSW does not look at what the keypad says.
var keypadWrongSW = Fault{
	ID:    "reader.keypad-wrong-sw",
	Title: "whatever is typed on the reader's keypad counts as right",
	Why:   "Some drivers return success and put the card's own word where few programs look.",
	Between: func(s *Service) reader.System {
		return layer{System: s, connect: func(ctx context.Context, name string) (reader.Card, error) {
			c, err := s.Connect(ctx, name)
			if err != nil {
				return nil, err
			}
			return deaf{c, c.(reader.Controller)}, nil
		}}
	},
}

type deaf struct {
	reader.Card
	keypad reader.Controller
}

// Control is reader.Controller's.
func (d deaf) Control(ctx context.Context, code uint32, data []byte) ([]byte, error) {
	answer, err := d.keypad.Control(ctx, code, data)
	if len(answer) == 2 {
		answer = []byte{0x90, 0x00}
	}
	return answer, err
}
