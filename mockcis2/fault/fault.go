// Package fault names the ways in which the provider can misbehave on request.
// No fault on is a correct provider. One file is one fault; All lists them.
// Faults that only change what a token says carry that change with them; the
// others are asked for, by Set.On, at the one place that they weaken.
package fault

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Info is one fault.
type Info struct {
	ID     string `json:"id"`      // provider.…, never changes
	Title  string `json:"title"`   // what is wrong
	Why    string `json:"why"`     // who has really done this
	MustDo string `json:"must_do"` // what a correct other side does

	IDToken  func(claims map[string]any, now time.Time) `json:"-"` // changes an ID token
	Request  func(claims map[string]any, now time.Time) `json:"-"` // changes a smartcard request
	UserInfo func(claims map[string]any)                `json:"-"` // changes a userinfo answer

	In  func(x *Exchange) `json:"-"` // changes a request before it is looked at
	Out func(x *Exchange) `json:"-"` // changes an answer before it leaves
}

// Set is the faults that are on. The zero value has none and is ready for use
// by many goroutines.
type Set struct {
	mu sync.RWMutex
	on map[string]Info
}

// Find is the fault with this id.
func Find(id string) (Info, error) {
	i := slices.IndexFunc(All, func(f Info) bool { return f.ID == id })
	if i < 0 {
		return Info{}, fmt.Errorf("no fault %q: `mockcis2 faults` lists them", id)
	}
	return All[i], nil
}

// Replace switches exactly these faults on. On an unknown id nothing changes.
func (s *Set) Replace(ids ...string) error {
	on := map[string]Info{}
	for _, id := range ids {
		f, err := Find(id)
		if err != nil {
			return err
		}
		on[id] = f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on = on
	return nil
}

// Add switches one more fault on.
func (s *Set) Add(id string) error { return s.Replace(append(s.IDs(), id)...) }

// IDs are the faults that are on, sorted.
func (s *Set) IDs() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	ids := make([]string, 0, len(s.on))
	for id := range s.on {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// On says whether the fault is on.
func (s *Set) On(f Info) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, ok := s.on[f.ID]
	return ok
}

// ApplyIDToken lets the faults that are on change an ID token's claims.
func (s *Set) ApplyIDToken(claims map[string]any, now time.Time) {
	for _, f := range s.active() {
		if f.IDToken != nil {
			f.IDToken(claims, now)
		}
	}
}

// ApplyRequest lets the faults that are on change a smartcard request.
func (s *Set) ApplyRequest(claims map[string]any, now time.Time) {
	for _, f := range s.active() {
		if f.Request != nil {
			f.Request(claims, now)
		}
	}
}

// ApplyUserInfo lets the faults that are on change a userinfo answer.
func (s *Set) ApplyUserInfo(claims map[string]any) {
	for _, f := range s.active() {
		if f.UserInfo != nil {
			f.UserInfo(claims)
		}
	}
}

func (s *Set) active() []Info {
	var on []Info
	for _, f := range All {
		if s.On(f) {
			on = append(on, f)
		}
	}
	return on
}
