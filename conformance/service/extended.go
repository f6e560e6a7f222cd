package service

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// extended uses what most readers have not.
var extended = Fault{
	ID:    "reader.extended-length",
	Title: "every command is sent in extended length",
	Why:   "Of 691 CCID readers 24 % pass short APDUs only: what is longer never reaches the card.",
	Between: func(s *Service) reader.System {
		return sending(s, func(_ context.Context, command []byte, next func([]byte) ([]byte, error)) ([]byte, error) {
			return next(lengthen(command))
		})
	},
}

// lengthen spells a short command in extended length (ISO/IEC 7816-4 §5.1).
func lengthen(c []byte) []byte {
	if len(c) < 5 {
		return c
	}
	out := append([]byte{}, c[:4]...)
	if len(c) == 5 {
		return append(out, 0, high(c[4]), c[4])
	}
	end := 5 + int(c[4])
	if end > len(c) {
		return c
	}
	out = append(append(out, 0, 0, c[4]), c[5:end]...)
	if end < len(c) {
		out = append(out, high(c[end]), c[end])
	}
	return out
}

// high is the first byte of a length of which 00 stood for 256.
func high(le byte) byte {
	if le == 0 {
		return 1
	}
	return 0
}
