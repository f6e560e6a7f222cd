package child

import (
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// Inbox carries sheets from the agent to a desktop's own thread, which takes
// them when it is woken.
type Inbox struct {
	mu   sync.Mutex
	mail Mail
}

// Mail is what came since it was last taken.
type Mail struct {
	Sheets   []passcode.Sheet
	Ended    bool // no more will come
	Farewell bool // and the last one says how it ended
}

// Follow fills the inbox until the agent takes the form down, and wakes the
// desktop's thread each time.
func (b *Inbox) Follow(talk *Form, wake func()) {
	farewell, _ := talk.Sheets(func(s passcode.Sheet) {
		b.mu.Lock()
		b.mail.Sheets = append(b.mail.Sheets, s)
		b.mu.Unlock()
		wake()
	})
	b.mu.Lock()
	b.mail.Ended, b.mail.Farewell = true, farewell
	b.mu.Unlock()
	wake()
}

// Take empties the inbox.
func (b *Inbox) Take() Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.mail
	b.mail.Sheets = nil
	return m
}
