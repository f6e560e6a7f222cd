package reader

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/pcsc"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
)

// wire is a connection to a PIV card at T=1.
type wire struct{ pcsc.Handle }

// Transmit is iso7816.Transmitter's.
func (w wire) Transmit(_ context.Context, command []byte) ([]byte, error) {
	return w.Handle.Transmit(command)
}

// pieces sends a command as a reader for short APDUs can pass it on: data in a
// chain, the answer by GET RESPONSE.
func (w wire) pieces(ctx context.Context, c iso7816.Command) (iso7816.Response, error) {
	c.Le = iso7816.MaxShort
	return iso7816.Channel{Card: w, Protocol: iso7816.T1}.Send(ctx, c)
}

// whole is one exchange of extended length (ISO/IEC 7816-4 §5.1).
func (w wire) whole(ctx context.Context, c iso7816.Command) (iso7816.Response, error) {
	c.Le = iso7816.MaxExtended
	command, err := c.Bytes()
	if err != nil {
		return iso7816.Response{}, suite.Broken{Err: err}
	}
	answer, err := w.Transmit(ctx, command)
	if err != nil {
		return iso7816.Response{}, err
	}
	return iso7816.ParseResponse(answer)
}

// done is nil for an answer with 9000.
func done(r iso7816.Response, err error) error {
	if err != nil {
		return err
	}
	return r.SW.Err()
}

// onPIV has the card with PIV selected to itself, and resets it afterwards.
func onPIV(ctx context.Context, a *program, check func(w wire) error) (err error) {
	h, err := a.connect(pcsc.Shared)
	if err != nil {
		return err
	}
	if err := h.Begin(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.End(pcsc.Reset)) }()
	w := wire{h}
	if err := done(w.pieces(ctx, selectPIV())); err != nil {
		return fmt.Errorf("PIV does not select: %w", err)
	}
	return check(w)
}

// selectPIV is SELECT by the name of the application (SP 800-73-4 part 1 §2.2).
func selectPIV() iso7816.Command {
	return iso7816.Command{INS: 0xA4, P1: 0x04, Data: []byte{0xA0, 0, 0, 0x03, 0x08, 0, 0, 0x10, 0, 0x01, 0}}
}

func longAnswer(ctx context.Context, a, _ *program) error {
	c := iso7816.Command{INS: 0xCB, P1: 0x3F, P2: 0xFF, Data: []byte{0x5C, 0x03, 0x5F, 0xC1, 0x05}}
	return onPIV(ctx, a, func(w wire) error {
		want, err := w.pieces(ctx, c)
		if err := done(want, err); err != nil {
			return fmt.Errorf("the certificate of key 9A cannot be read in pieces: %w", err)
		}
		if n := len(want.Data); n <= iso7816.MaxShort {
			return suite.Broken{Err: fmt.Errorf("the certificate's object has %d bytes, and a short answer holds it", n)}
		}
		got, err := w.whole(ctx, c)
		if err != nil {
			return fmt.Errorf("an object of %d bytes does not come in one answer: %w", len(want.Data), err)
		}
		if !same(got, want) {
			return fmt.Errorf("of an object of %d bytes %d come in one answer with %04X, alike are the first %d", len(want.Data), len(got.Data), uint16(got.SW), alike(got.Data, want.Data))
		}
		return nil
	})
}

func same(a, b iso7816.Response) bool { return a.SW == b.SW && bytes.Equal(a.Data, b.Data) }

// alike is how many bytes two texts begin with alike.
func alike(a, b []byte) (n int) {
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// signing is GENERAL AUTHENTICATE of key 9A with a block that RSA of 2048 bits
// takes: 266 bytes (SP 800-73-4 part 2 §3.2.4).
func signing() iso7816.Command {
	block := append([]byte{0, 1}, bytes.Repeat([]byte{0xFF}, 254)...)
	data := iso7816.Wrap(0x7C, iso7816.Wrap(0x82), iso7816.Wrap(0x81, block))
	return iso7816.Command{INS: 0x87, P1: 0x07, P2: 0x9A, Data: data}
}

func longCommand(ctx context.Context, a, _ *program) error {
	c := signing()
	return onPIV(ctx, a, func(w wire) error {
		if err := w.verify(ctx, a.t.Passcode); err != nil {
			return err
		}
		want, err := w.pieces(ctx, c)
		if err := done(want, err); err != nil {
			return fmt.Errorf("key 9A does not sign a chain of data: %w", err)
		}
		got, err := w.whole(ctx, c)
		if err != nil {
			return fmt.Errorf("a command with %d bytes of data is not carried: %w", len(c.Data), err)
		}
		if !same(got, want) {
			return fmt.Errorf("a command with %d bytes of data is answered with %d bytes and %04X, the same data in a chain with %d and 9000, alike are the first %d", len(c.Data), len(got.Data), uint16(got.SW), len(want.Data), alike(got.Data, want.Data))
		}
		return nil
	})
}

// verify shows the card its own passcode, once and in short form (SP 800-73-4
// part 2 §3.2.1).
func (w wire) verify(ctx context.Context, passcode string) error {
	block := bytes.Repeat([]byte{0xFF}, 8)
	copy(block, passcode)
	channel := iso7816.Channel{Card: w, Protocol: iso7816.T1}
	if err := done(channel.Send(ctx, iso7816.Command{INS: 0x20, P2: 0x80, Data: block})); err != nil {
		return fmt.Errorf("the card does not take its passcode: %w", err)
	}
	return nil
}

func longForm(ctx context.Context, a, _ *program) error {
	return onPIV(ctx, a, func(w wire) error {
		want, err := w.pieces(ctx, selectPIV())
		if err != nil {
			return err
		}
		got, err := w.whole(ctx, selectPIV())
		if err == nil && !same(got, want) {
			err = fmt.Errorf("the answer has %d bytes and %04X, to the short form %d and %04X", len(got.Data), uint16(got.SW), len(want.Data), uint16(want.SW))
		}
		if err != nil {
			return fmt.Errorf("SELECT in extended form: %w", err)
		}
		return nil
	})
}
