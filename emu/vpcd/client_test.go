package vpcd_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/emu/vpcd"
	"github.com/smartcard-connect/smartcard-connect/emu/vpcd/vpcdtest"
)

var errPulled = errors.New("pulled")

// echo is a card that answers with the command and 9000, and is pulled out by
// the command FF.
type echo struct {
	mu  sync.Mutex
	log []string
}

func (e *echo) note(s string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.log = append(e.log, s)
}

func (e *echo) notes() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.log)
}

func (e *echo) ATR() []byte { return []byte{0x3B, 0x00} }
func (e *echo) PowerOff()   { e.note("off") }
func (e *echo) Reset(context.Context) error {
	e.note("reset")
	return nil
}

func (e *echo) Transmit(_ context.Context, command []byte) ([]byte, error) {
	if command[0] == 0xFF {
		return nil, errPulled
	}
	return append(slices.Clone(command), 0x90, 0x00), nil
}

// plug runs a client until the test ends; its result arrives on the channel.
func plug(t *testing.T, r *vpcdtest.Reader) (*echo, chan error) {
	t.Helper()
	card, done := new(echo), make(chan error, 1)
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	c := &vpcd.Client{Address: r.Address(), Card: card, Retry: 1}
	go func() { done <- c.Run(ctx) }()
	r.Accept()
	return card, done
}

// Requirement: the messages of vsmartcard's vpcd.h; power and reset are not
// answered. Turned red by: answering a reset, or mixing up two controls.
func TestMessages(t *testing.T) {
	r := vpcdtest.New(t)
	card, _ := plug(t, r)
	for _, control := range []byte{1, 2, 0} {
		r.Send([]byte{control})
	}
	if got := r.ATR(); !slices.Equal(got, []byte{0x3B, 0x00}) {
		t.Errorf("ATR % X", got)
	}
	if got := r.Exchange([]byte{0, 1, 2, 3, 4}); !slices.Equal(got, []byte{0, 1, 2, 3, 4, 0x90, 0}) {
		t.Errorf("answer % X", got)
	}
	if got := card.notes(); !slices.Equal(got, []string{"reset", "off"}) {
		t.Errorf("the card saw %v", got)
	}
}

// Requirement: a reader that went away is connected to again. Turned red by:
// returning from Run when the connection breaks.
func TestReconnects(t *testing.T) {
	r := vpcdtest.New(t)
	plug(t, r)
	r.Unplug()
	r.Accept()
	r.ATR()
}

// Requirement: who plugs a card in hears when the reader was reached, when it
// first looked, and when the connection ended, once each per connection. Turned
// red by: calling it a look when the connection stands.
func TestTellsWhatHappens(t *testing.T) {
	r, heard := vpcdtest.New(t), make(chan string, 10)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	tell := func(s string) func() { return func() { heard <- s } }
	c := &vpcd.Client{Address: r.Address(), Card: new(echo), Retry: 1, OnPlug: tell("plug"), OnAsk: tell("ask"), OnDrop: tell("drop")}
	go func() { _ = c.Run(ctx) }()
	for range 2 {
		r.Accept()
		if got := <-heard; got != "plug" || len(heard) != 0 {
			t.Errorf("connected: %s", got)
		}
		r.ATR()
		r.ATR()
		if got := <-heard; got != "ask" || len(heard) != 0 {
			t.Errorf("asked: %s", got)
		}
		r.Unplug()
		if got := <-heard; got != "drop" {
			t.Errorf("ended: %s", got)
		}
	}
}

// Requirement: a card that fails is out of the reader, and Run says why. Turned
// red by: answering something, or connecting again.
func TestCardErrorUnplugs(t *testing.T) {
	r := vpcdtest.New(t)
	_, done := plug(t, r)
	r.Send([]byte{0xFF, 0, 0, 0})
	if _, err := r.Receive(); err != io.EOF {
		t.Errorf("the reader got %v, want the end of the connection", err)
	}
	select {
	case err := <-done:
		if !errors.Is(err, errPulled) {
			t.Errorf("Run returned %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("Run did not return")
	}
}

// Requirement: nonsense from the other side neither crashes nor hangs the
// client; it starts over. Turned red by: indexing an empty message.
func TestNonsense(t *testing.T) {
	r := vpcdtest.New(t)
	plug(t, r)
	for _, message := range [][]byte{{}, {0x77}} {
		r.Send(message)
		if _, err := r.Receive(); err != io.EOF {
			t.Errorf("after % X: %v", message, err)
		}
		r.Accept()
	}
	r.ATR()
}

// Requirement: an address that is none is refused with an error that shows one.
// Turned red by: dropping the port check.
func TestParseURL(t *testing.T) {
	if got, err := vpcd.ParseURL("vpcd://127.0.0.1:35963"); err != nil || got != "127.0.0.1:35963" {
		t.Errorf("%q, %v", got, err)
	}
	for _, bad := range []string{"", "127.0.0.1:35963", "vpcd://127.0.0.1", "vpcd://:1", "tcp://a:1", "vpcd://a:1/x", "vpcd://%zz"} {
		if _, err := vpcd.ParseURL(bad); !errors.Is(err, vpcd.ErrURL) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
