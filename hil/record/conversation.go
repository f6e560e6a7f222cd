package record

import (
	"sync"
	"time"
)

// Conversation writes down what others say to a card, while they say it. Its
// methods are safe for concurrent use. The fields are set before the first call.
type Conversation struct {
	Recording // its header; Exchanges and Events grow
	Now       func() time.Time
	Secrets   Secrets // to be told apart by name; never kept

	mu     sync.Mutex
	begun  time.Time
	names  names
	blank  blank
	atr    string
	leaky  bool // for the proof that blanking matters
	spell  func([]byte) string
	answer func(command, answer []byte) string
}

// start must be called with the lock held.
func (c *Conversation) start() {
	if !c.begun.IsZero() {
		return
	}
	c.begun = c.Now()
	c.names, c.blank = newNames(c.Secrets), blank{test: true}
	c.spell, c.answer = spell, c.blank.answer
	if c.leaky {
		c.spell, c.answer = show, func(_, answer []byte) string { return show(answer) }
	}
}

// Happened notes an event and returns its place, for Amend.
func (c *Conversation) Happened(k Kind, text string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.start()
	return c.happened(k, text)
}

func (c *Conversation) happened(k Kind, text string) int {
	c.Events = append(c.Events, Event{Before: len(c.Exchanges), Kind: k, Text: text, At: c.Now().Sub(c.begun)})
	return len(c.Events) - 1
}

// Amend completes the text of an event that had begun.
func (c *Conversation) Amend(place int, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Events[place].Text = text
}

// Said is what the card answers to reset. The first is the recording's own.
func (c *Conversation) Said(atr []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.start()
	text := show(atr)
	switch {
	case c.atr == "" && len(c.Exchanges) == 0:
		c.ATR = append([]byte(nil), atr...)
	case c.atr != text:
		c.happened(ATR, text)
	}
	c.atr = text
}

// Restarted notes a warm reset.
func (c *Conversation) Restarted() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.start()
	c.Exchanges = append(c.Exchanges, Exchange{Reset: true})
}

// Exchanged notes a command and its answer, nil where the card was gone before.
func (c *Conversation) Exchanged(command, answer []byte, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.start()
	e := Exchange{Command: c.spell(command), Answered: answer != nil, Took: took}
	if keep := Shown(command); keep < len(command) {
		e.Secret = c.names.of(command[keep:])
	}
	if answer != nil {
		e.Answer = c.answer(command, answer)
	}
	c.Exchanges = append(c.Exchanges, e)
}

// Now is the recording so far.
func (c *Conversation) Snapshot() Recording {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.Recording
	r.Exchanges = append([]Exchange(nil), c.Exchanges...)
	r.Events = append([]Event(nil), c.Events...)
	return r
}
