package fidelity

import (
	"encoding/hex"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/hil/record"
)

// whole is a command with its complete answer.
type whole struct {
	reset    bool
	text     string          // as recorded
	command  iso7816.Command // zero where text is no command
	parsed   bool
	answered bool
	hidden   bool   // the recording has lengths only
	data     []byte // of all pieces
	pieces   []int  // their lengths
	sw       string // the last status word; "none" where a piece has none
	took     time.Duration
	file     string // last file selected before, "5032"
}

// join puts the pieces of answers together and follows what file is selected.
func join(exchanges []record.Exchange) (out []whole) {
	file := ""
	for _, e := range exchanges {
		if e.Reset {
			out, file = append(out, whole{reset: true, text: "reset"}), ""
			continue
		}
		if n := len(out); n > 0 && out[n-1].goesOn(e) {
			out[n-1].add(e)
			continue
		}
		w := whole{text: e.Command, file: file}
		raw, hidden := bytesOf(e.Command)
		c, err := iso7816.ParseCommand(raw)
		w.command, w.parsed = c, err == nil && !hidden
		if w.parsed && c.INS == 0xA4 {
			file = selected(c)
			w.file = file
		}
		w.add(e)
		out = append(out, w)
	}
	return out
}

// selected is the file that a SELECT by identifier or path means.
func selected(c iso7816.Command) string {
	if c.P1 == 4 || len(c.Data) < 2 {
		return ""
	}
	return hexOf(c.Data[len(c.Data)-2:])
}

// goesOn tells a GET RESPONSE after 61xx, and a command repeated after 6Cxx.
func (w whole) goesOn(e record.Exchange) bool {
	if w.reset || !w.answered || len(e.Command) < 8 || len(w.text) < 8 {
		return false
	}
	return (strings.HasPrefix(w.sw, "61") && e.Command[2:4] == "C0") ||
		(strings.HasPrefix(w.sw, "6C") && e.Command[:8] == w.text[:8])
}

// add is one more piece of the answer.
func (w *whole) add(e record.Exchange) {
	w.took += e.Took
	w.answered = e.Answered
	if !e.Answered {
		w.sw = "none"
		return
	}
	raw, hidden := bytesOf(e.Answer)
	w.hidden = w.hidden || hidden
	n := max(0, len(raw)-2)
	w.data, w.sw = append(w.data, raw[:n]...), hexOf(raw[n:])
	if len(raw) < 2 {
		w.sw = "none"
	}
	if !strings.HasPrefix(w.sw, "6C") {
		w.pieces = append(w.pieces, n)
	}
}

// bytesOf reads recorded bytes; blanked ones are 00 and hide the rest.
func bytesOf(text string) (raw []byte, hidden bool) {
	raw, _ = hex.DecodeString(strings.ReplaceAll(text, "xx", "00"))
	return raw, strings.Contains(text, "xx")
}

// key is by what commands are matched: all but the length expected, which T=0
// has no room for, and blanked bytes.
func (w whole) key() string {
	c, err := iso7816.ParseCommand(first(bytesOf(w.text)))
	if err != nil || w.reset {
		return w.text
	}
	return c.Header() + " " + hexOf(c.Data)
}

func first(b []byte, _ bool) []byte { return b }
