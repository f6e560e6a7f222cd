package readertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Bench is hands for a Contract: it moves one card in and out of one reader of
// the system under test. The reader is there all the time.
type Bench interface {
	Reader() string // its name
	Insert() error
	Remove() error
}

// patience bounds every wait of a Contract. Nothing is measured against it.
const patience = 20 * time.Second

// Contract checks what package reader promises, on any System: the Shelf and a
// real PC/SC service must both keep it, or tests on the Shelf prove nothing.
// The card may be any that answers a GET DATA with some status word.
func Contract(t *testing.T, system reader.System, bench Bench) {
	k := &contract{system: system, bench: bench}
	for _, c := range []struct {
		name string
		run  func(t *testing.T, ctx context.Context)
	}{
		{"a card that goes in is seen, and its insertion grows", k.insertion},
		{"an empty reader is ErrNoCard, an unknown one ErrNoReader", k.nothing},
		{"a connected card answers, in the protocol it says", k.answers},
		{"an empty command is refused and harms nothing", k.empty},
		{"a reset is seen by others once, and not by who did it", k.reset},
		{"a transaction keeps others out, and a wait for it ends with the context", k.transaction},
		{"a card taken out is ErrRemoved", k.removed},
		{"waiting ends with the context", k.patient},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			c.run(t, ctx)
		})
	}
}

type contract struct {
	system reader.System
	bench  Bench
	known  []reader.State // as last told; nothing moves but by put
}

// getData is harmless on every card, in both protocols' encoding.
func getData() []byte { return []byte{0x00, 0xCA, 0x01, 0x01, 0x00} }

// state waits until the bench's reader is as wanted.
func (k *contract) state(t *testing.T, ctx context.Context, present bool) reader.State {
	t.Helper()
	for {
		for _, s := range k.known {
			if s.Name == k.bench.Reader() && s.Present == present {
				return s
			}
		}
		next, err := k.system.Wait(ctx, k.known)
		if err != nil {
			t.Fatalf("waiting for present=%v: %v; last seen %+v", present, err, k.known)
		}
		k.known = next
	}
}

func (k *contract) put(t *testing.T, ctx context.Context, present bool) reader.State {
	t.Helper()
	move := k.bench.Remove
	if present {
		move = k.bench.Insert
	}
	if err := move(); err != nil {
		t.Fatalf("the bench: %v", err)
	}
	return k.state(t, ctx, present)
}

func (k *contract) connect(t *testing.T, ctx context.Context) reader.Card {
	t.Helper()
	c, err := k.system.Connect(ctx, k.bench.Reader())
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (k *contract) insertion(t *testing.T, ctx context.Context) {
	before := k.put(t, ctx, false)
	in := k.put(t, ctx, true)
	if len(in.ATR) == 0 || in.Insertion <= before.Insertion {
		t.Errorf("inserted: %+v, before: %+v", in, before)
	}
	if out := k.put(t, ctx, false); out.Insertion <= in.Insertion || len(out.ATR) != 0 {
		t.Errorf("removed: %+v, before: %+v", out, in)
	}
}

func (k *contract) nothing(t *testing.T, ctx context.Context) {
	k.put(t, ctx, false)
	if _, err := k.system.Connect(ctx, k.bench.Reader()); !errors.Is(err, reader.ErrNoCard) {
		t.Errorf("empty reader: %v", err)
	}
	if _, err := k.system.Connect(ctx, "no such reader"); !errors.Is(err, reader.ErrNoReader) {
		t.Errorf("unknown reader: %v", err)
	}
}

func (k *contract) answers(t *testing.T, ctx context.Context) {
	seen := k.put(t, ctx, true)
	c := k.connect(t, ctx)
	if string(c.ATR()) != string(seen.ATR) {
		t.Errorf("ATR % X connected, % X seen", c.ATR(), seen.ATR)
	}
	if p := c.Protocol(); p != iso7816.T0 && p != iso7816.T1 {
		t.Errorf("protocol %v", p)
	}
	answer, err := c.Transmit(ctx, getData())
	if err != nil || len(answer) < 2 {
		t.Errorf("answer % X, %v", answer, err)
	}
}

func (k *contract) empty(t *testing.T, ctx context.Context) {
	k.put(t, ctx, true)
	c := k.connect(t, ctx)
	if _, err := c.Transmit(ctx, nil); !errors.Is(err, iso7816.ErrCommand) {
		t.Errorf("nil: %v", err)
	}
	if _, err := c.Transmit(ctx, getData()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func (k *contract) reset(t *testing.T, ctx context.Context) {
	k.put(t, ctx, true)
	a, b := k.connect(t, ctx), k.connect(t, ctx)
	if err := a.Reset(ctx); err != nil {
		t.Fatalf("reset: %v", err)
	}
	if _, err := a.Transmit(ctx, getData()); err != nil {
		t.Errorf("who reset it: %v", err)
	}
	if _, err := b.Transmit(ctx, getData()); !errors.Is(err, reader.ErrReset) {
		t.Errorf("the other: %v", err)
	}
	if _, err := b.Transmit(ctx, getData()); err != nil {
		t.Errorf("the other, told: %v", err)
	}
}

func (k *contract) transaction(t *testing.T, ctx context.Context) {
	k.put(t, ctx, true)
	a, b, c := k.connect(t, ctx), k.connect(t, ctx), k.connect(t, ctx)
	end, err := a.Begin(ctx)
	if err != nil {
		t.Fatalf("begin: %v", err)
	}
	short := func() context.Context {
		short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		t.Cleanup(cancel)
		return short
	}
	if _, err := b.Transmit(short(), getData()); !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, reader.ErrBusy) {
		t.Errorf("transmit beside a transaction: %v", err)
	}
	if _, err := c.Begin(short()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("begin beside a transaction: %v", err)
	}
	if _, err := a.Transmit(ctx, getData()); err != nil {
		t.Errorf("transmit in the transaction: %v", err)
	}
	if err := end(); err != nil {
		t.Errorf("end: %v", err)
	}
	k.undisturbed(t, ctx)
}

// undisturbed is a card that no command reaches whose caller gave up while he waited
// for a transaction to end: the card would be reset after it, or answer nobody.
func (k *contract) undisturbed(t *testing.T, ctx context.Context) {
	t.Helper()
	c := k.connect(t, ctx)
	for range 10 { // a waiting command of pcsc-lite asks for its turn every 100 ms
		end, err := c.Begin(ctx)
		if err != nil {
			t.Fatalf("begin after the end: %v", err)
		}
		if err := end(); err != nil {
			t.Fatalf("end: %v", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (k *contract) removed(t *testing.T, ctx context.Context) {
	k.put(t, ctx, true)
	c := k.connect(t, ctx)
	k.put(t, ctx, false)
	if _, err := c.Transmit(ctx, getData()); !errors.Is(err, reader.ErrRemoved) {
		t.Errorf("transmit: %v", err)
	}
	if _, err := c.Begin(ctx); !errors.Is(err, reader.ErrRemoved) {
		t.Errorf("begin: %v", err)
	}
	k.put(t, ctx, true)
	if _, err := c.Transmit(ctx, getData()); !errors.Is(err, reader.ErrRemoved) {
		t.Errorf("another card on an old connection: %v", err)
	}
}

func (k *contract) patient(t *testing.T, ctx context.Context) {
	k.put(t, ctx, true)
	known, err := k.system.Readers(ctx)
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if _, err := k.system.Wait(short, known); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nothing changed and Wait said %v", err)
	}
}
