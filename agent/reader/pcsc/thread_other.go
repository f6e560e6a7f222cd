//go:build cgo && !windows

package pcsc

import "runtime"

// keepThread gives the goroutine a thread of its own, which ends with it: what a
// passcode left on its stack ends, too.
func keepThread() { runtime.LockOSThread() }
