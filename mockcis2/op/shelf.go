package op

// shelf is a map with room for so many: the oldest goes when a new one comes.
// It bounds memory whatever arrives. It is not safe for concurrent use.
type shelf[V any] struct {
	room  int
	items map[string]V
	order []string // oldest first; may name what is gone
}

func newShelf[V any](room int) *shelf[V] { return &shelf[V]{room: room, items: map[string]V{}} }

func (s *shelf[V]) get(key string) (V, bool) {
	v, ok := s.items[key]
	return v, ok
}

func (s *shelf[V]) put(key string, v V) {
	if _, ok := s.items[key]; !ok {
		s.order = append(s.order, key)
	}
	s.items[key] = v
	for len(s.items) > s.room || len(s.order) > 2*s.room {
		delete(s.items, s.order[0])
		s.order = s.order[1:]
	}
}

func (s *shelf[V]) drop(key string) { delete(s.items, key) }

// sweep drops what is over.
func (s *shelf[V]) sweep(over func(V) bool) {
	left := make([]string, 0, len(s.items))
	for _, key := range s.order {
		v, ok := s.items[key]
		if ok && over(v) {
			delete(s.items, key)
		} else if ok {
			left = append(left, key)
		}
	}
	s.order = left
}
