package iso7816

import (
	"context"
	"errors"
	"fmt"
)

// Transmitter carries one encoded command to a card and brings back what it
// answered, status word included. reader.Card is one.
type Transmitter interface {
	Transmit(ctx context.Context, command []byte) (response []byte, err error)
}

// maxRounds bounds GET RESPONSE and 6Cxx loops: a card that never ends an
// answer is broken. 256 rounds of 256 bytes are more than any file holds.
const maxRounds = 256

// ErrEndless is wrapped when a card keeps announcing more data or other lengths.
var ErrEndless = errors.New("iso7816: the card never finishes its answer")

// Channel speaks whole commands to a card: it encodes for the protocol, chains
// data over 255 bytes, follows 61xx with GET RESPONSE and repeats after 6Cxx.
type Channel struct {
	Card     Transmitter
	Protocol Protocol // T0 changes the encoding; anything else is T=1
}

// Send transmits c and gathers the complete answer. The error is about the
// exchange; the card's own verdict is the SW of the response, which is never
// 61xx, and 6Cxx only when the command asked for no answer. Sent data is not
// kept.
func (ch Channel) Send(ctx context.Context, c Command) (Response, error) {
	for len(c.Data) > MaxData {
		part := c
		part.CLA, part.Data, part.Le = c.CLA|0x10, c.Data[:MaxData], 0
		r, err := ch.one(ctx, part)
		if err != nil || r.SW != OK {
			return r, err
		}
		c.Data = c.Data[MaxData:]
	}
	r, err := ch.one(ctx, c)
	if err != nil {
		return Response{}, err
	}
	return ch.gather(ctx, c, r)
}

// Check is Send for callers who want data or nothing: a SW other than 9000
// becomes the error, wrapped with the command's header.
func (ch Channel) Check(ctx context.Context, c Command) ([]byte, error) {
	r, err := ch.Send(ctx, c)
	if err == nil {
		err = r.SW.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Header(), err)
	}
	return r.Data, nil
}

// gather follows 61xx until the answer is whole (ISO/IEC 7816-4 §5.3.4).
func (ch Channel) gather(ctx context.Context, c Command, r Response) (Response, error) {
	data := append([]byte(nil), r.Data...)
	for range maxRounds {
		more, ok := r.SW.More()
		if !ok || (c.Le == 0 && ch.Protocol == T0 && len(c.Data) > 0) {
			return Response{Data: data, SW: doneIfMore(r.SW)}, nil
		}
		var err error
		r, err = ch.one(ctx, Command{CLA: c.CLA &^ 0x10, INS: 0xC0, Le: more})
		if err != nil {
			return Response{}, err
		}
		data = append(data, r.Data...)
	}
	return Response{}, ErrEndless
}

// doneIfMore turns a 61xx that nobody asked about into success: on T=0 a card
// offers an answer to a command whose sender wants none.
func doneIfMore(sw SW) SW {
	if _, ok := sw.More(); ok {
		return OK
	}
	return sw
}

// one is a single exchange, repeated once with the length a 6Cxx asks for. Only
// a command that asked for an answer is repeated: one that carries a passcode
// must reach the card once, whatever it says.
func (ch Channel) one(ctx context.Context, c Command) (Response, error) {
	r, err := ch.raw(ctx, c)
	if err != nil {
		return r, err
	}
	n, ok := r.SW.RightLe()
	if asked := c.Le > 0 && (ch.Protocol != T0 || len(c.Data) == 0); !ok || !asked {
		return r, nil
	}
	c.Le = n
	if r, err = ch.raw(ctx, c); err != nil {
		return r, err
	}
	if _, again := r.SW.RightLe(); again {
		return Response{}, fmt.Errorf("%w: %w", ErrEndless, r.SW)
	}
	return r, nil
}

func (ch Channel) raw(ctx context.Context, c Command) (Response, error) {
	command, err := Encode(ch.Protocol, c)
	if err != nil {
		return Response{}, err
	}
	answer, err := ch.Card.Transmit(ctx, command)
	clear(command) // it may have held a passcode
	if err != nil {
		return Response{}, err
	}
	return ParseResponse(answer)
}

// Encode is the command as the protocol carries it. On T=0 a header is always
// five bytes, and a command with data has no Le (ISO/IEC 7816-3 §12.2).
func Encode(p Protocol, c Command) ([]byte, error) {
	if p != T0 {
		return c.Bytes()
	}
	if len(c.Data) > MaxData || c.Le > MaxShort {
		return nil, fmt.Errorf("%w: T=0 carries 255 bytes out and 256 back", ErrCommand)
	}
	if len(c.Data) > 0 {
		c.Le = 0
		return c.Bytes()
	}
	return []byte{c.CLA, c.INS, c.P1, c.P2, byte(c.Le)}, nil
}
