package op

import (
	"cmp"
	"slices"
	"sync"
)

// registry is the clients there are; they may change while the provider runs.
type registry struct {
	mu   sync.RWMutex
	byID map[string]Client
}

func newRegistry(clients []Client) *registry {
	r := &registry{byID: map[string]Client{}}
	for _, c := range clients {
		r.byID[c.ID] = c
	}
	return r
}

func (r *registry) get(id string) (Client, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	c, ok := r.byID[id]
	return c, ok
}

// Registered are the clients there are, by their ids.
func (e *Engine) Registered() []Client {
	r := e.store.clients
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := make([]Client, 0, len(r.byID))
	for _, c := range r.byID {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Client) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Register adds a client, or changes the one with its id.
func (e *Engine) Register(c Client) error {
	r := e.store.clients
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byID[c.ID] = c
	return nil
}

// Deregister forgets a client; false when there is none of this id. Codes and
// tokens that it has stay until they expire.
func (e *Engine) Deregister(id string) bool {
	r := e.store.clients
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.byID[id]
	delete(r.byID, id)
	return ok
}
