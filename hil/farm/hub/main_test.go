package hub_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets more tests run at once than there are cores: they wait for leases
// to end far more than they work.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "10"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
