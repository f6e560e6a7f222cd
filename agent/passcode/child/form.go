package child

import (
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// Linger is how long a form says how it ended before it goes by itself.
const Linger = 20 * time.Second

// sheetRoom is more than any sheet.
const sheetRoom = 0xFFFF

// Form is the child's side of the conversation. In and Out are its standard
// input and output.
type Form struct {
	In  io.Reader
	Out io.Writer

	mu    sync.Mutex
	vault passcode.Vault
}

// Sheets calls show for every sheet, one after the other, and returns when there
// are no more: nil when the agent took the form down, true when the last one was
// a farewell that may stay for Linger.
func (f *Form) Sheets(show func(passcode.Sheet)) (farewell bool, err error) {
	room := make([]byte, sheetRoom)
	for {
		kind, payload, err := readFrame(f.In, room)
		if errors.Is(err, io.EOF) {
			return farewell, nil
		}
		if err != nil || kind != kindSheet {
			return false, errors.Join(errFrame, err)
		}
		var s passcode.Sheet
		if err := json.Unmarshal(payload, &s); err != nil {
			return false, errors.Join(errFrame, err)
		}
		farewell = s.State == passcode.Over
		show(s)
	}
}

// Opened says that the window is up.
func (f *Form) Opened() error { return f.say(kindOpen, nil) }

// Unavailable says that there can be no window, and why.
func (f *Form) Unavailable(why error) error {
	text := why.Error()
	return f.say(kindUnavailable, []byte(text[:min(len(text), 100)]))
}

// Passcode hands over what was typed. The caller wipes secret.
func (f *Form) Passcode(secret []byte) error { return f.say(kindPasscode, secret) }

// Cancel and NotStarted are the person's two ways to say no.
func (f *Form) Cancel() error { return f.say(kindCancel, nil) }

// NotStarted is "I did not start this".
func (f *Form) NotStarted() error { return f.say(kindNotStarted, nil) }

func (f *Form) say(kind byte, payload []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	scratch := f.vault.Take()
	defer clear(scratch[:cap(scratch)])
	return writeFrame(f.Out, kind, payload, scratch)
}
