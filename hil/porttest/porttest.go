// Package porttest finds ports for tests of programs that must be told theirs.
package porttest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// Free is a port of loopback that nobody has.
func Free(t testing.TB) int {
	t.Helper()
	return Several(t, 1)[0]
}

// Several are n such ports. They lie below the range from which systems hand out
// ports by themselves (32768 on Linux, 49152 on Windows), so that no listener at port
// 0, of all the tests that run beside, takes one before it is used, and above those
// of conformance's targets.
func Several(t testing.TB, n int) (ports []int) {
	t.Helper()
	for range 100 * n {
		port := 30000 + rand.IntN(2768)
		l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		defer func() { _ = l.Close() }() // held until all are found
		if ports = append(ports, port); len(ports) == n {
			return ports
		}
	}
	t.Fatal("too few ports between 30000 and 32768 are free")
	return nil
}
