// Package t1 is a card's side of T=1: whole APDUs come in, and an answer longer
// than the host asked for is handed out in pieces with 61xx and GET RESPONSE
// (ISO/IEC 7816-4 §5.3.4). What the block protocol does below is the reader's
// business.
package t1

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// Adaptor puts an applet behind T=1. The zero value with an Applet is ready.
type Adaptor struct {
	Applet    *applet.Chain
	ShortOnly bool             // extended commands (ISO/IEC 7816-4 §5.1) are answered 6700
	Longest   int              // bytes of a command, or of an answer with its status word; 0 is any
	pending   iso7816.Response // what GET RESPONSE still has to fetch
}

// Transmit runs one command APDU. It always answers at least a status word.
func (a *Adaptor) Transmit(frame []byte) []byte {
	c, err := iso7816.ParseCommand(frame)
	extended, long := len(frame) > 5 && frame[4] == 0, a.Longest > 0 && len(frame) > a.Longest
	if err != nil || long || (extended && a.ShortOnly) {
		return applet.Status(iso7816.WrongLength).Bytes()
	}
	if c.INS == 0xC0 {
		return a.getResponse(c).Bytes()
	}
	return a.cut(a.Applet.Process(c), c.Le).Bytes()
}

// Reset forgets volatile state.
func (a *Adaptor) Reset() {
	a.pending = iso7816.Response{}
	a.Applet.Reset()
	a.Applet.Applet.Reset()
}

func (a *Adaptor) getResponse(c iso7816.Command) iso7816.Response {
	if len(a.pending.Data) == 0 {
		return applet.Status(iso7816.ConditionsOfUse)
	}
	if c.P1 != 0 || c.P2 != 0 || len(c.Data) != 0 {
		a.pending = iso7816.Response{}
		return applet.Status(iso7816.WrongP1P2)
	}
	return a.cut(a.pending, c.Le)
}

// cut hands out le bytes and keeps the rest. No Le counts as 256: some hosts
// leave it out and expect an answer all the same.
func (a *Adaptor) cut(r iso7816.Response, le int) iso7816.Response {
	a.pending = iso7816.Response{}
	if le == 0 {
		le = iso7816.MaxShort
	}
	if a.Longest > 0 {
		le = min(le, a.Longest-2)
	}
	if len(r.Data) <= le {
		return r
	}
	a.pending = iso7816.Response{Data: r.Data[le:], SW: r.SW}
	return iso7816.Response{Data: r.Data[:le], SW: applet.More(len(a.pending.Data))}
}
