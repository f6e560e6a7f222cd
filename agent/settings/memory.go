package settings

import (
	"context"
	"slices"
	"strings"
	"sync"
)

// Memory is a tier for tests. The zero value is empty.
type Memory struct {
	Place string // shown with every value; zero is "memory"

	mu       sync.Mutex
	values   []Raw
	watchers map[chan struct{}]bool
}

// Put sets a value of a registry type; a name is replaced whatever its case.
func (m *Memory) Put(name, kind string, value ...string) {
	m.edit(func() { m.drop(name); m.values = append(m.values, Raw{Name: name, Type: kind, Value: value}) })
}

// Remove takes a value away.
func (m *Memory) Remove(name string) { m.edit(func() { m.drop(name) }) }

func (m *Memory) drop(name string) {
	m.values = slices.DeleteFunc(m.values, func(r Raw) bool { return strings.EqualFold(r.Name, name) })
}

func (m *Memory) edit(change func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change()
	for w := range m.watchers {
		select {
		case w <- struct{}{}:
		default: // it has not looked since the last one
		}
	}
}

// Read is Source's.
func (m *Memory) Read() ([]Raw, []Complaint) {
	m.mu.Lock()
	defer m.mu.Unlock()
	values := slices.Clone(m.values)
	for i := range values {
		values[i].Place = m.place()
	}
	return values, nil
}

func (m *Memory) place() string {
	if m.Place == "" {
		return "memory"
	}
	return m.Place
}

// Watch is Source's.
func (m *Memory) Watch(ctx context.Context, changed func()) error {
	woken := make(chan struct{}, 1)
	m.mu.Lock()
	if m.watchers == nil {
		m.watchers = map[chan struct{}]bool{}
	}
	m.watchers[woken] = true
	m.mu.Unlock()
	defer func() { m.mu.Lock(); defer m.mu.Unlock(); delete(m.watchers, woken) }()
	changed()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-woken:
			changed()
		}
	}
}
