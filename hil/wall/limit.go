package wall

import (
	"sync"
	"time"
)

// limit slows down who guesses passwords: after some wrong ones a name, and an
// address, has to wait, longer each time. A name that somebody else locks opens
// again by itself within minutes.
type limit struct {
	now func() time.Time

	mu  sync.Mutex
	all map[string]*wrong
}

// wrong counts wrong passwords.
type wrong struct {
	count int
	until time.Time // before which none is looked at
	last  time.Time
}

// What is free, and what waiting begins with and ends at. An address may be that
// of a whole site.
const (
	freeForName    = 5
	freeForAddress = 30
	firstWait      = 2 * time.Second
	longestWait    = 5 * time.Minute
	forgotten      = 15 * time.Minute // after the last wrong one
)

// wait is how long a key has to wait before a password of its is looked at.
func (l *limit) wait(key string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.all[key]
	if w == nil || l.now().Sub(w.last) > forgotten {
		return 0
	}
	return max(0, w.until.Sub(l.now()))
}

// wrong counts one.
func (l *limit) wrong(key string, free int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if l.all == nil || len(l.all) >= most {
		l.sweep(now)
	}
	w := l.all[key]
	if w == nil || now.Sub(w.last) > forgotten {
		w = &wrong{}
		l.all[key] = w
	}
	w.count++
	w.last = now
	if over := w.count - free; over >= 0 {
		w.until = now.Add(min(longestWait, firstWait<<min(over, 16)))
	}
}

// right forgets what was wrong.
func (l *limit) right(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, key)
}

func (l *limit) sweep(now time.Time) {
	for k, w := range l.all {
		if now.Sub(w.last) > forgotten {
			delete(l.all, k)
		}
	}
	if l.all == nil || len(l.all) >= most {
		l.all = map[string]*wrong{}
	}
}
