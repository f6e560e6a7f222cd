package dialog

import (
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// inbox carries sheets from the agent to the toolkit's own thread, which takes
// them when it is woken.
type inbox struct {
	mu   sync.Mutex
	mail mail
}

// mail is what came since it was last taken.
type mail struct {
	sheets   []passcode.Sheet
	ended    bool // no more will come
	farewell bool // and the last one says how it ended
}

// follow fills the inbox until the agent takes the form down, and wakes the
// toolkit's thread each time.
func (b *inbox) follow(agent Agent, wake func()) {
	farewell, _ := agent.Sheets(func(s passcode.Sheet) {
		b.mu.Lock()
		b.mail.sheets = append(b.mail.sheets, s)
		b.mu.Unlock()
		wake()
	})
	b.mu.Lock()
	b.mail.ended, b.mail.farewell = true, farewell
	b.mu.Unlock()
	wake()
}

// take empties the inbox.
func (b *inbox) take() mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.mail
	b.mail.sheets = nil
	return m
}
