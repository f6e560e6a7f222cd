// Package screen lets one thing at a time onto a person's screen. Others wait
// in a queue that is bounded, fair to every page and visible: to the page as a
// position, to the person as a number (PROTOCOL.md §4).
package screen

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Bounds of the queue. A person finishes a form in seconds to minutes, so a
// longer one could only end by time.
const (
	Most      = 8 // wait at once
	MostOfOne = 4 // of one origin
)

// ErrFull is wrapped when the queue takes no more.
var ErrFull = errors.New("too much waits for the screen")

// Screen is one person's. The zero value is free.
type Screen struct {
	mu      sync.Mutex
	holder  *Place
	waiting []*Place       // in order of arrival
	served  map[string]int // by origin, the number of its last turn
	turns   int
	changed chan struct{} // closed at the next change
}

// Place is one request's, on the screen or in the queue. Leave gives it back.
type Place struct {
	screen      *Screen
	origin, key string
}

// Join takes the screen if it is free and a place in the queue otherwise. key
// is what At finds it by. Errors wrap ErrFull.
func (s *Screen) Join(origin, key string) (*Place, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &Place{s, origin, key}
	if s.holder == nil {
		s.give(p)
		return p, nil
	}
	own := 0
	for _, w := range s.waiting {
		if w.origin == origin {
			own++
		}
	}
	if len(s.waiting) >= Most || own >= MostOfOne {
		return nil, fmt.Errorf("%w: %d requests, %d of %s", ErrFull, len(s.waiting), own, origin)
	}
	s.waiting = append(s.waiting, p)
	s.wake()
	return p, nil
}

// Wait returns nil when it is p's turn, or the cause of ctx's end; p has then
// left. tell, if there is one, hears p's position whenever it changes: 1 is the
// next turn.
func (p *Place) Wait(ctx context.Context, tell func(position int)) error {
	last := 0
	for {
		position, changed := p.look()
		if position == 0 {
			return nil
		}
		if position != last && tell != nil {
			tell(position)
		}
		last = position
		select {
		case <-changed:
		case <-ctx.Done():
			p.Leave()
			return context.Cause(ctx)
		}
	}
}

func (p *Place) look() (int, <-chan struct{}) {
	s := p.screen
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.position(p), s.changed
}

// Leave makes way for the next. It may be called more than once.
func (p *Place) Leave() {
	s := p.screen
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = slices.DeleteFunc(s.waiting, func(w *Place) bool { return w == p })
	if s.holder == p {
		s.holder = nil
		if len(s.waiting) > 0 {
			next := s.waiting[s.next(s.waiting, s.served)]
			s.waiting = slices.DeleteFunc(s.waiting, func(w *Place) bool { return w == next })
			s.give(next)
		}
	}
	s.wake()
}

// Waiting is how many are in the queue.
func (s *Screen) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting)
}

// At is the position of origin's request with this key: 0 is on the screen.
func (s *Screen) At(origin, key string) (position int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range append([]*Place{s.holder}, s.waiting...) {
		if p != nil && p.origin == origin && p.key == key {
			return s.position(p), true
		}
	}
	return 0, false
}

// next is who comes first among waiting: of the origin that was served longest
// ago, and among equals whoever came first.
func (*Screen) next(waiting []*Place, served map[string]int) int {
	best := 0
	for i, p := range waiting {
		if served[p.origin] < served[waiting[best].origin] {
			best = i
		}
	}
	return best
}

// position plays the turns that come before p's.
func (s *Screen) position(p *Place) int {
	if s.holder == p || !slices.Contains(s.waiting, p) {
		return 0
	}
	waiting, served := slices.Clone(s.waiting), map[string]int{}
	for origin, turn := range s.served {
		served[origin] = turn
	}
	for position := 1; ; position++ {
		i := s.next(waiting, served)
		if waiting[i] == p {
			return position
		}
		served[waiting[i].origin] = s.turns + position
		waiting = slices.Delete(waiting, i, i+1)
	}
}

// give puts p on the screen. The lock is held.
func (s *Screen) give(p *Place) {
	if s.served == nil {
		s.served = map[string]int{}
	}
	s.turns++
	s.holder, s.served[p.origin] = p, s.turns
}

// wake tells everybody who waits. The lock is held.
func (s *Screen) wake() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}
