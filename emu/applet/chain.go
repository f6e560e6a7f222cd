package applet

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// maxChained is more than any command of these cards needs; a longer chain is
// answered 6700 and dropped.
const maxChained = 16 << 10

// Chain joins chained command parts (CLA bit 10, ISO/IEC 7816-4 §5.3.3) in
// front of an applet. Parts before the last are answered 9000 and do not reach
// the applet; neither does a chain the host abandons.
type Chain struct {
	Applet Applet
	Plain  bool // parts of another class than 10 are answered 6E00
	open   bool
	head   iso7816.Command // header of the parts so far
	data   []byte
}

// Process takes one part or one whole command.
func (ch *Chain) Process(c iso7816.Command) iso7816.Response {
	part := c.CLA&0x10 != 0
	c.CLA &^= 0x10
	joined := ch.open && sameHeader(ch.head, c)
	switch {
	case !part && !joined: // the usual command; an open chain is abandoned
		ch.Reset()
		return ch.Applet.Process(c)
	case part && ch.open && !joined:
		ch.Reset()
		return Status(iso7816.LastExpected)
	case part && ch.Plain && c.CLA != 0:
		return Status(iso7816.CLAUnknown)
	case part && !ch.Applet.Chains(c.INS):
		return Status(iso7816.ChainUnsupported)
	case len(ch.data)+len(c.Data) > maxChained:
		ch.Reset()
		return Status(iso7816.WrongLength)
	}
	ch.open, ch.head, ch.data = true, c, append(ch.data, c.Data...)
	if part {
		return Status(iso7816.OK)
	}
	c.Data = ch.data
	ch.open, ch.data = false, nil
	return ch.Applet.Process(c)
}

// Reset drops an open chain.
func (ch *Chain) Reset() {
	clear(ch.data)
	ch.open, ch.data = false, nil
}

func sameHeader(a, b iso7816.Command) bool {
	return a.CLA == b.CLA && a.INS == b.INS && a.P1 == b.P1 && a.P2 == b.P2
}
