package signin

import (
	"sync"
	"time"
)

// seen remembers request ids until they expire. Requests are short-lived and
// verified before they come here, so the map stays small.
type seen struct {
	mu  sync.Mutex
	ids map[string]time.Time
}

// first is true the first time it is asked about id.
func (s *seen) first(id string, now, until time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for old, end := range s.ids {
		if now.After(end.Add(clockLimit)) {
			delete(s.ids, old)
		}
	}
	if _, known := s.ids[id]; known {
		return false
	}
	if s.ids == nil {
		s.ids = map[string]time.Time{}
	}
	s.ids[id] = until
	return true
}
