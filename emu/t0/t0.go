// Package t0 is a card's side of T=0 (ISO/IEC 7816-3 §10 and §12.2): a command
// carries data or asks for an answer, never both. An answer to a command with
// data waits behind 61xx for GET RESPONSE; an answer of another length than P3
// says is refused with 6Cxx and kept until the command comes again.
//
// It stands in front of the same applets as T=1 does.
package t0

import (
	"bytes"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// Adaptor puts an applet behind T=0. The zero value with an Applet is ready.
type Adaptor struct {
	Applet  *applet.Chain
	pending iso7816.Response // waits for GET RESPONSE
	held    iso7816.Response // waits for the right P3
	heldFor []byte           // header of the command it answers
}

// Transmit runs one TPDU as a PC/SC client sends it: CLA INS P1 P2 P3, then P3
// bytes where the instruction takes data. Four bytes count as P3 00. It always
// answers at least a status word.
func (a *Adaptor) Transmit(frame []byte) []byte {
	if len(frame) < 4 {
		return applet.Status(iso7816.WrongLength).Bytes()
	}
	if len(frame) == 4 {
		frame = append(frame[:4:4], 0)
	}
	if frame[1] == 0xC0 {
		return a.getResponse(frame).Bytes()
	}
	a.pending = iso7816.Response{}
	held := a.held
	again := len(frame) == 5 && bytes.Equal(frame[:4], a.heldFor) && length(frame[4]) == len(held.Data)
	a.forget()
	if again {
		return held.Bytes()
	}
	return a.run(frame).Bytes()
}

// Reset forgets volatile state.
func (a *Adaptor) Reset() {
	a.pending = iso7816.Response{}
	a.forget()
	a.Applet.Reset()
	a.Applet.Applet.Reset()
}

func (a *Adaptor) forget() { a.held, a.heldFor = iso7816.Response{}, nil }

// run executes a command once, whatever answers it takes to fetch the result.
func (a *Adaptor) run(frame []byte) iso7816.Response {
	c := iso7816.Command{CLA: frame[0], INS: frame[1], P1: frame[2], P2: frame[3], Le: iso7816.MaxShort}
	switch Direction(c.INS) {
	case Outgoing:
		if len(frame) != 5 {
			return applet.Status(iso7816.WrongLength)
		}
		c.Le = length(frame[4])
		return a.outgoing(a.Applet.Process(c), frame)
	case Incoming:
		if len(frame) != 5+int(frame[4]) {
			return applet.Status(iso7816.WrongLength)
		}
	}
	c.Data = append([]byte(nil), frame[5:]...)
	return a.offer(a.Applet.Process(c))
}

// offer keeps an answer for GET RESPONSE.
func (a *Adaptor) offer(r iso7816.Response) iso7816.Response {
	if len(r.Data) == 0 {
		return r
	}
	a.pending = r
	return applet.Status(applet.More(len(r.Data)))
}

// outgoing hands out an answer if P3 is its length, and else says which P3 would
// have been right.
func (a *Adaptor) outgoing(r iso7816.Response, frame []byte) iso7816.Response {
	n := len(r.Data)
	switch {
	case n == 0:
		return r
	case n == length(frame[4]):
		return r
	case n > iso7816.MaxShort: // more than P3 can say: as much as fits, then 61xx
		return a.part(r, length(frame[4]))
	}
	if r.SW == iso7816.EndOfFile { // the repeat asks for no more than there is
		r.SW = iso7816.OK
	}
	a.held, a.heldFor = r, append([]byte(nil), frame[:4]...)
	return applet.Status(0x6C00 | iso7816.SW(byte(n)))
}

// getResponse is GET RESPONSE (ISO/IEC 7816-4 §7.6.1). Asking for too much is
// answered 6Cxx and loses nothing.
func (a *Adaptor) getResponse(frame []byte) iso7816.Response {
	a.forget()
	n := len(a.pending.Data)
	switch {
	case len(frame) != 5:
		return applet.Status(iso7816.WrongLength)
	case n == 0:
		return applet.Status(iso7816.ConditionsOfUse)
	case frame[2] != 0 || frame[3] != 0:
		a.pending = iso7816.Response{}
		return applet.Status(iso7816.WrongP1P2)
	case length(frame[4]) > n:
		return applet.Status(0x6C00 | iso7816.SW(byte(n)))
	}
	return a.part(a.pending, length(frame[4]))
}

// part hands out n bytes of r and keeps the rest.
func (a *Adaptor) part(r iso7816.Response, n int) iso7816.Response {
	a.pending = iso7816.Response{}
	if n >= len(r.Data) {
		return r
	}
	a.pending = iso7816.Response{Data: r.Data[n:], SW: r.SW}
	return iso7816.Response{Data: r.Data[:n], SW: applet.More(len(r.Data) - n)}
}

// length is what a P3 means for an answer: 00 is 256.
func length(p3 byte) int {
	if p3 == 0 {
		return iso7816.MaxShort
	}
	return int(p3)
}
