package agent

import (
	"runtime"
	"sync"
)

// registers ends the threads that rest, and what their vector registers held
// ends with them: a core file has the registers of every thread (core(5),
// NT_X86_XSTATE), and a text that was copied last lies there until the thread
// works again. There are as many goroutines as threads, all at once and each on a
// thread of its own, so none that rests is left out; a goroutine that ends without
// unlocking takes its thread along (runtime.LockOSThread). The program's first
// thread cannot end: it is overwritten.
func registers() {
	threads, _ := runtime.ThreadCreateProfile(nil)
	var here sync.WaitGroup
	here.Add(threads)
	for range threads {
		go func() {
			runtime.LockOSThread()
			overwrite()
			here.Done()
			here.Wait()
		}()
	}
	here.Wait()
}

// overwrite copies zeros in the two sizes for which the runtime uses all vector
// registers that it copies with, narrow and wide.
func overwrite() {
	from, to := make([]byte, 512), make([]byte, 512)
	copy(to[:256], from)
	copy(to, from)
	runtime.KeepAlive(to)
}
