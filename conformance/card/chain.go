package card

import (
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// cut is a command in parts of n bytes: all but the last have the chaining bit
// and ask for nothing.
func cut(c iso7816.Command, n int) []iso7816.Command {
	var parts []iso7816.Command
	for len(c.Data) > n {
		part := c
		part.CLA, part.Data, part.Le = c.CLA|0x10, c.Data[:n], 0
		parts, c.Data = append(parts, part), c.Data[n:]
	}
	return append(parts, c)
}

// inParts signs with a command cut into parts.
func inParts(key byte, n int) body {
	return func(ctx context.Context, s *session) error {
		var answer []byte
		for _, part := range cut(authenticate(rsa2048, key, signTemplate(paddedBlock())), n) {
			var err error
			if answer, err = s.wants(ctx, part); err != nil {
				return fmt.Errorf("in parts of %d bytes: %w", n, err)
			}
		}
		if _, ok := iso7816.Find(answer, 0x7C, 0x82); !ok {
			return fmt.Errorf("in parts of %d bytes: the answer % X has no 7C{82}", n, answer[:min(len(answer), 8)])
		}
		return nil
	}
}

// abandonedChain sends all parts but the last, something else, and the last.
func abandonedChain(ctx context.Context, s *session) error {
	parts := cut(authenticate(rsa2048, authKey, signTemplate(paddedBlock())), 200)
	for _, part := range parts[:len(parts)-1] {
		if _, err := s.wants(ctx, part); err != nil {
			return err
		}
	}
	if err := status(iso7816.OK)(ctx, s); err != nil {
		return err
	}
	r, err := s.ch.Send(ctx, parts[len(parts)-1])
	if err == nil && r.SW == iso7816.OK {
		err = fmt.Errorf("the last part of an abandoned chain brings %d bytes and 9000", len(r.Data))
	}
	return err
}

func chainedVerify(ctx context.Context, s *session) error {
	_, err := s.wants(ctx, iso7816.Command{CLA: 0x10, INS: 0x20, P2: s.reference, Data: []byte("12")}, iso7816.ChainUnsupported)
	return err
}
