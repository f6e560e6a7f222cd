package screen

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
)

const (
	one = "https://one.example"
	two = "https://two.example"
)

func join(t *testing.T, s *Screen, origin, key string) *Place {
	t.Helper()
	p, err := s.Join(origin, key)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Requirement: pages take turns, whoever of a page came first goes first, and a
// position counts the turns before it (PROTOCOL.md §4, "fair to every page").
// Turned red by: one line for all pages.
func TestPagesTakeTurns(t *testing.T) {
	s := &Screen{}
	places := map[string]*Place{"one-1": join(t, s, one, "one-1")}
	for _, key := range []string{"one-2", "one-3", "one-4"} {
		places[key] = join(t, s, one, key)
	}
	for _, key := range []string{"two-1", "two-2"} {
		places[key] = join(t, s, two, key)
	}
	var order []string
	for s.holder != nil {
		now := s.holder
		order = append(order, now.key)
		for _, p := range s.waiting {
			at, ok := s.At(p.origin, p.key)
			if !ok || at < 1 || at > len(s.waiting) {
				t.Errorf("%s is at %d of %d", p.key, at, len(s.waiting))
			}
		}
		now.Leave()
		now.Leave() // twice is once
	}
	if want := []string{"one-1", "two-1", "one-2", "two-2", "one-3", "one-4"}; !slices.Equal(order, want) {
		t.Errorf("%v, want %v", order, want)
	}
	if _, ok := s.At(one, "one-1"); ok {
		t.Error("who has left has a place")
	}
}

// Requirement: the queue is bounded, and one page cannot fill it (PROTOCOL.md
// §4). Turned red by: a queue without end, or one bound for all.
func TestQueueIsBounded(t *testing.T) {
	s := &Screen{}
	join(t, s, one, "shown")
	for i := range MostOfOne {
		join(t, s, one, fmt.Sprint(i))
	}
	if _, err := s.Join(one, "x"); !errors.Is(err, ErrFull) {
		t.Errorf("one page's %d waiting: %v", MostOfOne+1, err)
	}
	for i := range Most - MostOfOne {
		join(t, s, two, fmt.Sprint(i))
	}
	if _, err := s.Join("https://three.example", "x"); !errors.Is(err, ErrFull) {
		t.Errorf("%d waiting: %v", Most+1, err)
	}
	if s.Waiting() != Most {
		t.Errorf("%d wait", s.Waiting())
	}
}

// Requirement: who waits hears every change of position, gets the screen in
// turn, and leaves when its own time is up (PROTOCOL.md §4). Turned red by: a
// place that is kept by one who has gone.
func TestWaiting(t *testing.T) {
	s := &Screen{}
	shown, gone, last := join(t, s, one, "shown"), join(t, s, one, "gone"), join(t, s, one, "last")
	heard, ended := make(chan int, 8), make(chan error, 1)
	go func() { ended <- last.Wait(context.Background(), func(at int) { heard <- at }) }()
	if at := <-heard; at != 2 {
		t.Errorf("first heard of %d", at)
	}
	up := errors.New("time is up")
	ctx, stop := context.WithCancelCause(context.Background())
	stop(up)
	if err := gone.Wait(ctx, nil); !errors.Is(err, up) {
		t.Errorf("%v", err)
	}
	if at := <-heard; at != 1 {
		t.Errorf("then heard of %d", at)
	}
	shown.Leave()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if at, ok := s.At(one, "last"); at != 0 || !ok {
		t.Errorf("on the screen, and at %d %v", at, ok)
	}
}
