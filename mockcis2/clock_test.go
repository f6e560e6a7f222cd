package mockcis2_test

import (
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

// Requirement: the provider's clock is its own: it stands still when frozen,
// moves both ways, shows what it is set to, and goes on from there. Source: the
// issue on the mock, "Clock, keys, seeds". Turned red by: freezing the
// machine's time instead of the provider's.
func TestClock(t *testing.T) {
	machine := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	s := &mockcis2.Server{Clock: func() time.Time { return machine }}
	at := func(what, want string) {
		t.Helper()
		if got := s.Now().UTC().Format("2006-01-02 15:04:05"); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	s.Advance(time.Hour) // before Start too
	at("advanced", "2026-11-30 10:00:00")
	machine = machine.Add(time.Minute)
	at("runs", "2026-11-30 10:01:00")
	s.Freeze()
	machine = machine.Add(time.Minute)
	at("frozen", "2026-11-30 10:01:00")
	s.Advance(-2 * time.Hour)
	at("moved back", "2026-11-30 08:01:00")
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Set(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	machine = machine.Add(time.Hour)
	at("set and still frozen", "2030-01-01 00:00:00")
	if !s.Frozen() {
		t.Error("not frozen")
	}
	s.Thaw()
	machine = machine.Add(time.Second)
	at("runs on", "2030-01-01 00:00:01")
}

// Requirement: two providers in one process have two clocks, and tokens live
// and die on theirs: a code is dead after its minute, alive again when the
// clock goes back. Source: facts on mocks, section 2.6. Turned red by: a clock
// in a package variable.
func TestClocksAreApart(t *testing.T) {
	s, other := start(t), start(t)
	s.Freeze()
	a := first(t, s)
	code := signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code")
	s.Advance(5 * time.Minute)
	if _, _, err := a.redeem(code); err == nil {
		t.Error("a code lives for five minutes")
	}
	s.Advance(-5 * time.Minute)
	if _, _, err := a.redeem(code); err != nil {
		t.Errorf("back in time: %v", err)
	}
	if other.Now().Sub(time.Now()).Abs() > time.Minute {
		t.Error("the other clock moved too")
	}
}
