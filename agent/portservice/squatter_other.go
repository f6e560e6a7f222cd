//go:build !linux && !windows

package portservice

// Squatter is not implemented on this system.
func Squatter(int) string { return "unknown" }
