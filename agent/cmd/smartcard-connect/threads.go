package main

import (
	"runtime"
	"sync"
	"time"
)

// waits is how often the thread that waits for the network is called.
const waits = 5

// threads are those of this program.
type threads struct {
	mu    sync.Mutex
	spare int // made so that as many as there are could be busy at once, and kept
}

// Clear takes from the threads that rest what their vector registers hold: a core
// file has the registers of every thread (core(5), NT_X86_XSTATE; MINIDUMP_THREAD),
// and a text that was copied last lies there until the thread works again. There are
// as many goroutines as threads, all at once and each on a thread of its own, so none
// that rests is left out. Where threads end, one ends with its goroutine, which does
// not unlock it (runtime.LockOSThread), and what it held ends with it. The program's
// first thread cannot end: it is overwritten, as all are where none ends.
func (t *threads) Clear() {
	t.mu.Lock() // two at once would each count the other's
	defer t.mu.Unlock()
	before, _ := runtime.ThreadCreateProfile(nil)
	var here, gone sync.WaitGroup
	n := max(1, before-t.spare)
	here.Add(n)
	for range n {
		gone.Go(func() {
			runtime.LockOSThread()
			if !threadsEnd {
				defer runtime.UnlockOSThread()
			}
			overwrite()
			here.Done()
			here.Wait()
		})
	}
	gone.Wait()
	for range waits { // whoever waits for the network rests, too, and wakes for a timer
		time.Sleep(time.Millisecond)
		overwrite()
	}
	if after, _ := runtime.ThreadCreateProfile(nil); !threadsEnd {
		t.spare += max(0, after-before) // those that work in the system meanwhile are not asked
	}
}

// overwrite copies zeros in the two sizes for which the runtime uses all vector
// registers that it copies with, narrow and wide.
func overwrite() {
	from, to := make([]byte, 512), make([]byte, 512)
	copy(to[:256], from)
	copy(to, from)
	runtime.KeepAlive(to)
}
