package mockcis2

import (
	"sync"
	"time"
)

// clock is the provider's own: the machine's, moved, or standing still. It
// needs base before use: Server.clock sees to that.
type clock struct {
	mu     sync.Mutex
	base   func() time.Time
	offset time.Duration
	still  bool
	at     time.Time // while still
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read()
}

// read is now. c.mu is held.
func (c *clock) read() time.Time {
	if c.still {
		return c.at
	}
	return c.base().Add(c.offset)
}

// set shows t from now on and goes on as it went, still or running.
func (c *clock) set(t time.Time) {
	c.at = t
	c.offset = t.Sub(c.base())
}

// clock is ready before Start too.
func (s *Server) clock() *clock {
	s.time.mu.Lock()
	defer s.time.mu.Unlock()
	if s.time.base == nil {
		s.time.base = s.Clock
	}
	if s.time.base == nil {
		s.time.base = time.Now
	}
	return &s.time
}

// Advance moves the provider's clock, backwards too. A frozen clock moves and
// stays frozen.
func (s *Server) Advance(d time.Duration) {
	s.clock().move(func(c *clock) { c.set(c.read().Add(d)) })
	s.expire(0)
}

// Set makes the provider's clock show t. It goes on running, or stays frozen.
func (s *Server) Set(t time.Time) {
	s.clock().move(func(c *clock) { c.set(t) })
	s.expire(0)
}

// Freeze stops the provider's clock.
func (s *Server) Freeze() {
	s.clock().move(func(c *clock) { c.set(c.read()); c.still = true })
	s.expire(0)
}

// Thaw lets a frozen clock run again, from where it stands.
func (s *Server) Thaw() {
	s.clock().move(func(c *clock) { c.set(c.read()); c.still = false })
	s.expire(0)
}

// Frozen says whether the clock stands still.
func (s *Server) Frozen() (still bool) {
	s.clock().move(func(c *clock) { still = c.still })
	return still
}

// Now is the provider's clock.
func (s *Server) Now() time.Time { return s.now() }

func (s *Server) now() time.Time { return s.clock().now() }

func (c *clock) move(f func(*clock)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c)
}
