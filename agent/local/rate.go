package local

import (
	"sync"
	"time"
)

// How many sign-ins and signatures a page may start: a form on the screen is a
// claim on a person's attention.
const (
	startsPerWindow = 120
	window          = time.Minute
)

// rate counts starts of each origin in the current window. The zero value is
// ready.
type rate struct {
	mu    sync.Mutex
	since time.Time
	count map[string]int
}

// allow counts one. Origins are known ones, so they are few.
func (r *rate) allow(origin string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.count == nil || now.Sub(r.since) >= window || now.Before(r.since) {
		r.since, r.count = now, map[string]int{}
	}
	r.count[origin]++
	return r.count[origin] <= startsPerWindow
}
