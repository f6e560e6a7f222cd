// Package insertiontest is a reader, a card and a person made of software, for
// tests of what stands above them. Each records what was done to it.
package insertiontest

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Pair is a key of a card.
type Pair struct {
	Key         *rsa.PrivateKey
	Certificate *x509.Certificate
}

// Bench is one card that follows what readers tell, and the diary of both. It
// satisfies reader.System. Fields are set before use; Set changes the readers.
type Bench struct {
	Keys     map[card.Key]Pair
	Passcode string // "" is 123456
	Tries    int    // left; 0 stands for 3
	Locked   bool
	// Always makes the content-commitment key want Verify before every use.
	Always bool
	// ResetBegins makes so many Begins fail with reader.ErrReset.
	ResetBegins int
	// OpenError is what opening the card says; nil is a card of series 9.
	OpenError error
	// ResetError is what resetting the card says; the card stays unlocked.
	ResetError error
	// Wrong makes signatures wrong; SignError makes Sign fail.
	Wrong     bool
	SignError error
	// Reader, when not empty, gives the reader a keypad: what comes of typing
	// on it, in order. Typing takes Slow.
	Reader []iso7816.SW
	// Slow is how long reading the certificate takes.
	Slow time.Duration

	mu      sync.Mutex
	states  []reader.State
	changed chan struct{}
	down    bool // the service
	held    bool // by another program
	diary   []string
	unlock  bool // the card has seen its passcode
}

// Set replaces the readers and wakes those who wait.
func (b *Bench) Set(states ...reader.State) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.states, b.down = states, false
	if b.changed != nil {
		close(b.changed)
	}
	b.changed = make(chan struct{})
}

// Stop takes the smartcard service away, until the next Set.
func (b *Bench) Stop() {
	b.Set()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = true
}

// Hold lets another program hold the card exclusively, or let go of it.
func (b *Bench) Hold(held bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held = held
}

// In is a reader with a card, Empty one without.
func In(insertion uint32) reader.State {
	return reader.State{Name: "Reader 1", Present: true, ATR: []byte{0x3B, 0x00}, Insertion: insertion}
}

// Empty is a reader without a card.
func Empty() reader.State { return reader.State{Name: "Reader 1"} }

func (b *Bench) note(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.diary = append(b.diary, what)
}

// Diary is what was done, in order: connect, begin, identify, verify, sign,
// reset, end, close.
func (b *Bench) Diary() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.diary)
}

// Unlocked says whether another program would now find the passcode verified.
func (b *Bench) Unlocked() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.unlock
}

// Readers is reader.System's.
func (b *Bench) Readers(context.Context) ([]reader.State, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return nil, reader.ErrNoService
	}
	return slices.Clone(b.states), nil
}

// Wait is reader.System's.
func (b *Bench) Wait(ctx context.Context, known []reader.State) ([]reader.State, error) {
	for {
		b.mu.Lock()
		now := slices.Clone(b.states)
		if b.changed == nil {
			b.changed = make(chan struct{})
		}
		changed := b.changed
		b.mu.Unlock()
		same := func(a, c reader.State) bool {
			return a.Name == c.Name && a.Present == c.Present && a.Insertion == c.Insertion
		}
		if !slices.EqualFunc(now, known, same) {
			return now, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Connect is reader.System's.
func (b *Bench) Connect(context.Context, string) (reader.Card, error) {
	b.mu.Lock()
	held := b.held
	b.mu.Unlock()
	if held {
		return nil, reader.ErrBusy
	}
	b.note("connect")
	return plug{b}, nil
}

// Open makes the card of a connection.
func (b *Bench) Open(reader.Card, *card.Memory) (card.Card, error) {
	if b.OpenError != nil {
		return nil, b.OpenError
	}
	return &software{b}, nil
}

// plug is the connection.
type plug struct{ b *Bench }

func (plug) ATR() []byte                { return []byte{0x3B, 0x00} }
func (plug) Protocol() iso7816.Protocol { return iso7816.T1 }
func (plug) Transmit(context.Context, []byte) ([]byte, error) {
	return nil, reader.ErrProtocol
}

func (p plug) Begin(context.Context) (func() error, error) {
	p.b.note("begin")
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	if p.b.ResetBegins > 0 {
		p.b.ResetBegins--
		return nil, reader.ErrReset
	}
	return func() error { p.b.note("end"); return nil }, nil
}

// Control is reader.Controller's.
func (p plug) Control(ctx context.Context, _ uint32, data []byte) ([]byte, error) {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	switch {
	case len(p.b.Reader) == 0:
		return nil, reader.ErrProtocol
	case data == nil:
		return []byte{0x06, 4, 0x42, 0x33, 0x00, 0x06}, nil
	}
	p.b.diary = append(p.b.diary, "keypad")
	p.b.mu.Unlock()
	var err error
	select {
	case <-time.After(p.b.Slow):
	case <-ctx.Done():
		err = errors.Join(reader.ErrAbandoned, ctx.Err())
	}
	p.b.mu.Lock()
	sw := p.b.Reader[0]
	if len(p.b.Reader) > 1 {
		p.b.Reader = p.b.Reader[1:]
	}
	p.b.unlock = sw == iso7816.OK && err == nil
	return []byte{byte(sw >> 8), byte(sw)}, err
}

func (p plug) Reset(context.Context) error {
	p.b.note("reset")
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	if p.b.ResetError != nil {
		return p.b.ResetError
	}
	p.b.unlock = false
	return nil
}

func (p plug) Close() error { p.b.note("close"); return nil }

// software is the card.Card.
type software struct{ b *Bench }

func (*software) Series() string  { return "9" }
func (*software) Rule() card.Rule { return card.Rule{Min: 6, Max: 8, DigitsOnly: true} }

func (s *software) Certificate(ctx context.Context, k card.Key) (*x509.Certificate, error) {
	select {
	case <-time.After(s.b.Slow):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p, ok := s.b.Keys[k]
	if !ok {
		return nil, iso7816.FileNotFound
	}
	return p.Certificate, nil
}

func (s *software) TriesLeft(context.Context) (int, error) {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	return s.b.left(), nil
}

func (b *Bench) left() int {
	switch {
	case b.Locked:
		return 0
	case b.Tries == 0:
		return 3
	}
	return b.Tries
}

// Template is card.Templater's.
func (s *software) Template(context.Context) (card.Template, error) {
	return card.PaddedTemplate(0x80, 8, s.Rule()), nil
}

func (s *software) Identify(context.Context) error { s.b.note("identify"); return nil }

func (s *software) Verify(_ context.Context, secret []byte) error {
	s.b.note("verify")
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	want := s.b.Passcode
	if want == "" {
		want = "123456"
	}
	if string(secret) == want && !s.b.Locked {
		s.b.unlock = true
		return nil
	}
	s.b.Tries = s.b.left() - 1
	s.b.Locked = s.b.Tries <= 0
	return card.PasscodeError{Left: s.b.left(), SW: iso7816.SW(0x63C0 + s.b.left())}
}

func (s *software) Sign(_ context.Context, k card.Key, h crypto.Hash, digest []byte) ([]byte, error) {
	s.b.note("sign")
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	if s.b.SignError != nil {
		return nil, s.b.SignError
	}
	if !s.b.unlock {
		return nil, iso7816.SecurityStatus
	}
	if k == card.ContentCommitment && s.b.Always {
		s.b.unlock = false
	}
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.b.Keys[k].Key, h, digest)
	if s.b.Wrong {
		signature[9] ^= 1
	}
	return signature, err
}

// Person answers from a list; the last answer repeats. Questions and Notices
// are what was shown.
type Person struct {
	Answers []Answer
	// OnShow and OnAsk run while the person looks at it.
	OnShow func()
	OnAsk  func()

	mu        sync.Mutex
	Questions []passcode.Question
	Notices   []passcode.Notice
	given     [][]byte
}

// Answer is a passcode or an error.
type Answer struct {
	Passcode string
	Err      error
	Wait     bool // until the context ends
}

// Ask is passcode.Prompter's.
func (p *Person) Ask(ctx context.Context, q passcode.Question) ([]byte, error) {
	p.mu.Lock()
	p.Questions = append(p.Questions, q)
	a := p.Answers[min(len(p.Questions), len(p.Answers))-1]
	p.mu.Unlock()
	if p.OnAsk != nil {
		p.OnAsk()
	}
	if a.Wait {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	secret := []byte(a.Passcode)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.given = append(p.given, secret)
	return secret, a.Err
}

// Show is passcode.Prompter's.
func (p *Person) Show(ctx context.Context, n passcode.Notice) error {
	p.mu.Lock()
	p.Notices = append(p.Notices, n)
	p.mu.Unlock()
	if p.OnShow != nil {
		p.OnShow()
	}
	<-ctx.Done()
	return nil
}

// Wiped says whether every passcode that was given is gone from memory.
func (p *Person) Wiped() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !slices.ContainsFunc(p.given, func(b []byte) bool { return slices.ContainsFunc(b, func(c byte) bool { return c != 0 }) })
}
