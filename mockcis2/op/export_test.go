package op

import (
	"fmt"
	"strings"
)

// Sizes are how many records of each kind the engine keeps.
func Sizes(e *Engine) map[string]int {
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]int{"codes": len(s.codes.items), "access": len(s.access.items), "refresh": len(s.refresh.items),
		"pushed": len(s.pushed.items), "jtis": len(s.jtis.items), "ended": len(s.ended.items)}
}

// Kept is the text of every request in the store.
func Kept(e *Engine) string {
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	var all strings.Builder
	for _, p := range s.pushed.items {
		fmt.Fprintln(&all, p.form)
	}
	for _, c := range s.codes.items {
		fmt.Fprintln(&all, c.GetRequestForm())
	}
	return all.String()
}
