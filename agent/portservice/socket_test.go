//go:build !windows

package portservice

import (
	"path/filepath"
	"testing"
)

// testSocket is a place where a test's service takes registrations.
func testSocket(t *testing.T) string { return filepath.Join(t.TempDir(), "s") }
