package agent

import (
	"runtime"
	"runtime/debug"
	"time"
)

// answerTime is how long after a sign-in its answer is on its way to the page.
const answerTime = time.Second

// forget gives back what a sign-in leaves in memory, once its answer is out: the
// connections to the identity service with their buffers, and the garbage, of
// which pools let go only at the second collection. A program that is built as
// `make build` does overwrites garbage as it is collected and never saves vector
// registers to memory (GODEBUG clobberfree and asyncpreemptoff, runtime package),
// so that no token stays; passcodes never get that far.
func (a *Agent) forget() {
	time.AfterFunc(answerTime, func() {
		if a.HTTP != nil {
			a.HTTP.CloseIdleConnections()
		}
		for range 2 {
			runtime.GC()
		}
		debug.FreeOSMemory() // a third collection, and free pages go back
		if a.Forgotten != nil {
			a.Forgotten()
		}
	})
}
