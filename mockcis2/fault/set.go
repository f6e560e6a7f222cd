package fault

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Set is the faults that are on. The zero value has none and is ready for use
// by many goroutines.
type Set struct {
	mu sync.RWMutex
	on []*running // in the order of All, then by ID
}

// running is a fault that is on, with its aim and what it has seen.
type running struct {
	Info
	values values
	order  int
	seen   int
	memory Memory
}

// start reads an ID.
func start(id string) (*running, error) {
	f, v, err := parse(id)
	if err != nil {
		return nil, err
	}
	if at := v[endpoint.Key]; at != "" {
		f.At = []string{at}
	}
	return &running{Info: f, values: v, order: slices.IndexFunc(All, func(x Info) bool { return x.ID == Base(id) })}, nil
}

// most is how many faults can be on: one fault with ever other parameters would
// fill the memory.
const most = 1000

var errTooMany = fmt.Errorf("%w: %d faults are on, and no room for more", ErrParam, most)

// Replace switches exactly these faults on, each counting from the start. On an
// unknown or ill-formed id nothing changes; the error wraps ErrParam.
func (s *Set) Replace(ids ...string) error {
	var on []*running
	for _, id := range ids {
		f, err := start(id)
		if err != nil {
			return err
		}
		on = with(on, f)
	}
	if len(on) > most {
		return errTooMany
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on = on
	return nil
}

// Add switches one more fault on; one that is on already counts anew. Errors
// wrap ErrParam.
func (s *Set) Add(id string) error {
	f, err := start(id)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	on := with(slices.Clone(s.on), f)
	if len(on) > most {
		return errTooMany
	}
	s.on = on
	return nil
}

// with puts f in its place, instead of one with the same ID.
func with(on []*running, f *running) []*running {
	on = append(slices.DeleteFunc(on, func(r *running) bool { return r.ID == f.ID }), f)
	slices.SortFunc(on, func(a, b *running) int {
		if a.order != b.order {
			return a.order - b.order
		}
		return strings.Compare(a.ID, b.ID)
	})
	return on
}

// IDs are the faults that are on, as they were given, sorted.
func (s *Set) IDs() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	ids := make([]string, 0, len(s.on))
	for _, f := range s.on {
		ids = append(ids, f.ID)
	}
	slices.Sort(ids)
	return ids
}

// On says whether the fault is on for the request of this context: what makes
// the provider lax asks this. Where no Layer has looked at the request, a fault
// is on that is aimed at nobody.
func (s *Set) On(ctx context.Context, f Info) bool {
	if due, told := ctx.Value(dueKey{}).([]*running); told {
		return slices.ContainsFunc(due, func(r *running) bool { return Base(r.ID) == f.ID })
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.ContainsFunc(s.on, func(r *running) bool { return r.ID == f.ID })
}

// dueKey is where a context keeps the faults that fire at its request.
type dueKey struct{}

// told is the request whose context knows which faults fire.
func told(r *http.Request, due []*running) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), dueKey{}, due))
}

// none says whether no fault is on.
func (s *Set) none() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.on) == 0
}

// due are the faults that fire now, at this endpoint, for this call. Each
// question is counted.
func (s *Set) due(at string, c *Call) []*running {
	s.mu.Lock()
	defer s.mu.Unlock()
	var fire []*running
	for _, f := range s.on {
		if slices.Contains(f.Also, at) || slices.Contains(f.At, at) && f.hits(c) {
			fire = append(fire, f)
		}
	}
	return fire
}

// hits counts a request that matches the aim, and says whether it is the one.
func (f *running) hits(c *Call) bool {
	if want := f.values[client.Key]; want != "" && want != c.Client {
		return false
	}
	if want := f.values[flow.Key]; want != "" && want != c.Flow {
		return false
	}
	f.seen++
	n := f.values.number(nth.Key)
	return n == 0 || f.seen == n
}

// Memory is what a fault keeps while it is on. The zero value is empty.
type Memory struct {
	mu   sync.Mutex
	kept map[string]any
}

// Swap keeps a value under a name and gives the one before, nil when none.
func (m *Memory) Swap(name string, value any) any {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil {
		m.kept = map[string]any{}
	}
	before := m.kept[name]
	m.kept[name] = value
	return before
}

// Get is the value under a name, nil when none.
func (m *Memory) Get(name string) any {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept[name]
}
