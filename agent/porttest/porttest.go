// Package porttest finds ports for tests of programs that must be told theirs.
package porttest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// Free is a port of loopback that nobody has. It lies below the range from which
// systems hand out ports by themselves (32768 on Linux, 49152 on Windows), so that no
// listener at port 0, of all the tests that run beside, takes it before it is used.
func Free(t testing.TB) int {
	t.Helper()
	for range 1000 {
		port := 10000 + rand.IntN(20000)
		l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port between 10000 and 30000 is free")
	return 0
}
