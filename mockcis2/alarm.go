package mockcis2

import (
	"sync"
	"time"
)

// alarm wakes an idle provider when time ends something, on its own clock. The
// zero value waits for nothing.
type alarm struct {
	mu    sync.Mutex
	timer *time.Timer
	at    time.Time // provider's clock; zero when no timer runs
	asked int       // how often wake was called: who looked before that looks again
	over  bool      // after Close
	work  sync.WaitGroup
}

// again is how long a timer waits at least that fired before the provider's
// clock was there: a clock from outside need not run like the machine's.
const again = time.Second

// wake makes sure that the provider looks at its sessions at a time of its
// clock. A frozen clock has no timer: Advance, Set and Thaw look.
func (s *Server) wake(at time.Time) {
	a := &s.alarm
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked++
	if a.at.IsZero() || at.Before(a.at) {
		s.arm(at, 0)
	}
}

// arm sets the one timer. s.alarm.mu is held.
func (s *Server) arm(at time.Time, least time.Duration) {
	a := &s.alarm
	if a.timer != nil {
		a.timer.Stop()
	}
	a.timer, a.at = nil, time.Time{}
	if a.over || at.IsZero() || s.Frozen() {
		return
	}
	a.at = at
	a.timer = time.AfterFunc(max(at.Sub(s.now()), least), s.woken)
}

// woken ends what time has ended.
func (s *Server) woken() {
	a := &s.alarm
	a.mu.Lock()
	if a.over {
		a.mu.Unlock()
		return
	}
	a.work.Add(1)
	a.mu.Unlock()
	defer a.work.Done()
	s.expire(again)
}

// expire ends the sessions whose time is up, tells their applications, and
// waits for the next.
func (s *Server) expire(least time.Duration) {
	if s.pages == nil {
		return
	}
	s.pages.Expire()
	a := &s.alarm
	for {
		a.mu.Lock()
		asked := a.asked
		a.mu.Unlock()
		next := s.pages.Next()
		a.mu.Lock()
		same := asked == a.asked
		if same {
			s.arm(next, least)
		}
		a.mu.Unlock()
		if same {
			return
		}
	}
}

// end stops the timer and waits for what it has begun.
func (a *alarm) end() {
	a.mu.Lock()
	a.over = true
	if a.timer != nil {
		a.timer.Stop()
	}
	a.mu.Unlock()
	a.work.Wait()
}
