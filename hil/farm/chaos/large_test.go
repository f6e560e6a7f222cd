//go:build linux && chaos

package chaos

import (
	"flag"
	"testing"
	"time"
)

var rounds = flag.Int("rounds", 1, "how often each fault is done to the large farm, to 50 cells each time")

// Requirement: the same as TestSmall, of the farm that issue 7 names: five hosts,
// a hub of three nodes, 500 cells.
func TestLarge(t *testing.T) {
	need(t)
	s := size{nodes: 3, planners: 2, hosts: 5, readers: 2, desks: 2, cells: 50, ttl: 3 * time.Second}
	suffer(t, s, *rounds)
}
