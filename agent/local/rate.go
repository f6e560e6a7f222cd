package local

import (
	"sync"
	"time"
)

// How many sign-ins and signatures pages may start: a form on the screen is a
// claim on a person's attention.
const (
	startsPerWindow = 120
	window          = time.Minute
)

// rate counts starts in the current window. The zero value is ready.
type rate struct {
	mu    sync.Mutex
	since time.Time
	count int
}

func (r *rate) allow(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.since) >= window || now.Before(r.since) {
		r.since, r.count = now, 0
	}
	r.count++
	return r.count <= startsPerWindow
}
