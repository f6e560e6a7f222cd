package main

import (
	"os"
	"runtime"
	"sync"
	"testing"
	"time"
)

// Requirement: a program that is signed in with all day does not gather threads.
// Source: issue 5, "Idle". Turned red by: making as many threads anew each time as are
// at work in the system.
func TestThreadsDoNotGather(t *testing.T) {
	const many = 24
	rest(t, many)
	blocked := make(chan struct{})
	for range 4 { // threads that are never free
		go func() { runtime.LockOSThread(); defer runtime.UnlockOSThread(); <-blocked }()
	}
	defer close(blocked)
	var all threads
	all.Clear()
	before, _ := runtime.ThreadCreateProfile(nil)
	for range 50 {
		all.Clear()
	}
	if after, _ := runtime.ThreadCreateProfile(nil); after > before+8 {
		t.Errorf("%d threads, and after 50 sign-ins %d", before, after)
	}
}

// rest leaves many threads behind: each was needed while its goroutine was in a
// system call that blocks.
func rest(t *testing.T, many int) {
	t.Helper()
	var done sync.WaitGroup
	var ends []*os.File
	for range many {
		from, to, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		_ = from.Fd() // from now on it blocks
		ends = append(ends, to)
		done.Go(func() {
			_, _ = from.Read(make([]byte, 1))
			_ = from.Close()
		})
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if n, _ := runtime.ThreadCreateProfile(nil); n >= many {
			break
		}
	}
	for _, to := range ends {
		_ = to.Close()
	}
	done.Wait()
}
