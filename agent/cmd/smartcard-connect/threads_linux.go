package main

import (
	"runtime"
	"sync"
)

// threads are those of this program.
type threads struct{ mu sync.Mutex }

// EndResting ends the threads that rest, and what their vector registers held
// ends with them: a core file has the registers of every thread (core(5),
// NT_X86_XSTATE), and a text that was copied last lies there until the thread
// works again. There are as many goroutines as threads, all at once and each on a
// thread of its own, so none that rests is left out; a goroutine that ends without
// unlocking takes its thread along (runtime.LockOSThread). The program's first
// thread cannot end: it is overwritten.
func (t *threads) EndResting() {
	t.mu.Lock() // two at once would each count the other's
	defer t.mu.Unlock()
	n, _ := runtime.ThreadCreateProfile(nil)
	var here, gone sync.WaitGroup
	here.Add(n)
	for range n {
		gone.Go(func() {
			runtime.LockOSThread()
			overwrite()
			here.Done()
			here.Wait()
		})
	}
	gone.Wait()
}

// overwrite copies zeros in the two sizes for which the runtime uses all vector
// registers that it copies with, narrow and wide.
func overwrite() {
	from, to := make([]byte, 512), make([]byte, 512)
	copy(to[:256], from)
	copy(to, from)
	runtime.KeepAlive(to)
}
