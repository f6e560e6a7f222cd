package emu_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
	"github.com/smartcard-connect/smartcard-connect/emu/timing"
)

// Requirement: a slow card says the same as a fast one, and its commands take
// the sum of what the profile says, no more and no less. Source: facts on PIV,
// §8.2. Turned red by: sleeping before the command, twice, or not at all.
func TestTimingAddsUp(t *testing.T) {
	var clock timing.Virtual
	now := time.Now() // of one second, or the certificates differ
	issued := func() time.Time { return now }
	c := emutest.New(t, emu.Options{Timing: "cosmo-v8", Clock: &clock, Now: issued})
	fast := emutest.New(t, emu.Options{Now: issued})
	p, err := timing.Find("cosmo-v8")
	if err != nil {
		t.Fatal(err)
	}
	ta1, err := timing.TA1(c.ATR())
	if err != nil {
		t.Fatal(err)
	}
	m, err := p.Model(iso7816.T1, ta1)
	if err != nil {
		t.Fatal(err)
	}
	var want time.Duration
	for _, command := range []iso7816.Command{
		{INS: 0xA4, P1: 4, Data: []byte{0xA0, 0, 0, 3, 8}, Le: 256},
		{INS: 0xCB, P1: 0x3F, P2: 0xFF, Data: []byte{0x5C, 3, 0x5F, 0xC1, 5}, Le: 256},
		{INS: 0xC0, Le: 256},
		{INS: 0x20, P2: 0x80, Data: []byte("123456\xFF\xFF")},
		{INS: 0x87, P1: 7, P2: 0x9E, Data: []byte{0x7C, 0}, Le: 256},
	} {
		raw, err := command.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Transmit(t.Context(), raw)
		same, bad := fast.Transmit(t.Context(), raw)
		if err != nil || bad != nil || string(got) != string(same) {
			t.Fatalf("%s: slow % X, %v; fast % X, %v", command.Header(), got, err, same, bad)
		}
		want += m.Duration(raw, got, 0)
	}
	if clock.Total() != want || want < 50*time.Millisecond {
		t.Errorf("took %v, want %v", clock.Total(), want)
	}
}

// stopped is a clock on which nothing ever ends; it says when somebody waits.
type stopped struct{ waits chan struct{} }

func (stopped) Now() time.Time { return time.Time{} }

func (s stopped) Sleep(ctx context.Context, _ time.Duration) error {
	s.waits <- struct{}{}
	<-ctx.Done()
	return ctx.Err()
}

// during starts a command on a card whose clock stands still and returns when
// the card works on it.
func during(t *testing.T, ctx context.Context, removed *int) (*emu.Card, stopped, <-chan error) {
	t.Helper()
	clock := stopped{make(chan struct{}, 9)}
	c := emutest.New(t, emu.Options{Timing: "cosmo-v7", Clock: clock, OnRemove: func() { *removed++ }})
	ended := make(chan error, 1)
	go func() {
		_, err := c.Transmit(ctx, []byte{0, 0x20, 0, 0x80})
		ended <- err
	}()
	<-clock.waits
	return c, clock, ended
}

// Requirement: a card that is pulled out while it works fails at once, and can
// be looked at and put back meanwhile. Its trace shows a command without an
// answer. Turned red by: sleeping with the lock held, or not looking at the
// removal.
func TestRemovedWhileItWorks(t *testing.T) {
	removed := 0
	c, clock, ended := during(t, t.Context(), &removed)
	if !c.Present() || len(c.ATR()) == 0 || c.TriesLeft() != 3 || len(c.Trace()) != 0 {
		t.Error("the card cannot be looked at while it works")
	}
	c.Remove()
	if err := <-ended; !errors.Is(err, emu.ErrRemoved) || removed != 1 {
		t.Errorf("%v, told %d times", err, removed)
	}
	if list := c.Trace(); len(list) != 1 || list[0].Response != "" {
		t.Errorf("%v", list)
	}
	c.Insert()
	ctx, stop := context.WithCancel(t.Context())
	go func() { <-clock.waits; stop() }()
	if _, err := c.Transmit(ctx, []byte{0, 0x20, 0, 0x80}); !errors.Is(err, context.Canceled) || !c.Present() {
		t.Errorf("put back: %v", err)
	}
}

// Requirement: who gives up is let go at once, also one who waits for another's
// command; commands stay one after the other. Turned red by: waiting for the
// line without the context.
func TestGivenUpWhileItWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		c, clock, ended := during(t, ctx, new(int))
		second, stopSecond := context.WithCancel(t.Context())
		waits := make(chan error, 1)
		go func() {
			_, err := c.Transmit(second, []byte{0, 0x20, 0, 0x80})
			waits <- err
		}()
		synctest.Wait()
		if len(clock.waits) != 0 {
			t.Error("two commands at once")
		}
		stopSecond()
		if err := <-waits; !errors.Is(err, context.Canceled) {
			t.Errorf("in the queue: %v", err)
		}
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("under way: %v", err)
		}
	})
}

// Requirement: a card can be pulled out and put in again while it works, and is
// then in, though the command that was under way fails. Turned red by: taking the
// card out once more when that command ends.
func TestReinsertedWhileItWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		removed := 0
		c, _, ended := during(t, t.Context(), &removed)
		c.Remove()
		c.Insert()
		if err := <-ended; !errors.Is(err, emu.ErrRemoved) {
			t.Errorf("under way: %v", err)
		}
		if !c.Present() || removed != 1 {
			t.Errorf("present %v, removed %d times", c.Present(), removed)
		}
	})
}

// Requirement: a card that the fault card.slow holds up can be asked after and
// pulled out meanwhile, and its time is that of Options.Clock. Turned red by:
// waiting with the card's lock held.
func TestLateCardCanBePulled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := emutest.New(t, emu.Options{Faults: []string{"card.slow:ms=60000,n=1"}})
		ended := make(chan error, 1)
		go func() {
			_, err := c.Transmit(t.Context(), []byte{0, 0x20, 0, 0x80})
			ended <- err
		}()
		synctest.Wait()
		if c.TriesLeft() != 3 {
			t.Error("the card cannot be asked after")
		}
		c.Remove()
		if err := <-ended; !errors.Is(err, emu.ErrRemoved) {
			t.Error(err)
		}
	})
	clock := &timing.Virtual{}
	c := emutest.New(t, emu.Options{Faults: []string{"card.slow:ms=550"}, Clock: clock})
	emutest.Run(t, c, emutest.Say("00200080", "63C3")...)
	if clock.Total() != 550*time.Millisecond {
		t.Error(clock.Total())
	}
}

// Requirement: every card can be slow, whatever is wrong with it, and a timing
// profile that is not there is refused. Turned red by: refusing a fault's answer
// to reset.
func TestEveryCardCanBeSlow(t *testing.T) {
	for _, profile := range []string{"series8", "series9"} {
		for _, f := range emu.Faults() {
			if _, err := emu.New(emu.Options{Profile: profile, Timing: "cosmo-64k", Faults: []string{f.ID}}); err != nil {
				t.Errorf("%s, %s: %v", profile, f.ID, err)
			}
		}
	}
	if _, err := emu.New(emu.Options{Timing: "cosmo-v99"}); !errors.Is(err, emu.ErrOptions) {
		t.Errorf("unknown: %v", err)
	}
}
