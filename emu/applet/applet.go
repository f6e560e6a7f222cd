// Package applet holds what the programs on a smartcard have in common: how a
// command finds its handler, which application is selected, passcodes with
// their counters, private keys and files. The applets themselves are in the
// packages below, one per kind of card.
//
// An applet is a pure state machine: whole commands in, responses out, no
// input or output of its own and no clock. How bytes travel is the business of
// emu/t0 and emu/t1.
package applet

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// Applet is one application on a card. Its methods are for one goroutine.
type Applet interface {
	// Process runs one whole command: chained parts are joined and Data is
	// complete. The response carries everything the card has to say; the
	// transport cuts it into pieces. Le is what the host asked for, 256
	// where the transport could not know.
	Process(c iso7816.Command) iso7816.Response
	// Chains reports whether an instruction may come in chained parts
	// (ISO/IEC 7816-4 §5.3.3).
	Chains(ins byte) bool
	// Reset forgets all volatile state, as a reset or power loss does.
	// Counters, passcodes and files stay.
	Reset()
	// Save is everything that outlives power. The slices are the caller's.
	Save() State
	// Load takes what Save of the same kind of applet gave, in the place of
	// what it was personalised with. Errors wrap ErrState and leave the
	// applet unusable.
	Load(State) error
	// TriesLeft is the user passcode's counter, 0 when blocked, -1 where
	// there is none. It is for the bench, no command is spent.
	TriesLeft() int
}

// Handler runs one command.
type Handler func(iso7816.Command) iso7816.Response

// Table finds the handler of an instruction byte.
type Table map[byte]Handler

// Process runs the handler, or answers 6D00 where there is none.
func (t Table) Process(c iso7816.Command) iso7816.Response {
	h, ok := t[c.INS]
	if !ok {
		return Status(iso7816.INSUnknown)
	}
	return h(c)
}

// Status is a response without data.
func Status(sw iso7816.SW) iso7816.Response { return iso7816.Response{SW: sw} }

// More is the 61xx that announces n bytes; 00 stands for 256 or more.
func More(n int) iso7816.SW { return 0x6100 | iso7816.SW(byte(min(n, iso7816.MaxShort))) }

// Data is a successful response.
func Data(b []byte) iso7816.Response { return iso7816.Response{Data: b, SW: iso7816.OK} }

// Quirks are ways a card can be wrong that only its inside can produce. The
// zero value is a correct card. Package fault switches them on.
type Quirks struct {
	SignWithoutPasscode bool // keys work before VERIFY
	VerifySurvivesReset bool // a verified passcode outlives reset and power-off
	CommitmentNotAlways bool // one VERIFY is good for many content-commitment signatures
	CounterNeverFalls   bool // a wrong passcode spends no try
	WrongSignature      bool // one bit of every signature is flipped
}
