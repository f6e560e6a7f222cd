package main

import (
	"runtime"
	"sync"
	"testing"
	"time"
)

// Requirement: after a sign-in no thread rests with a piece of a token in its
// registers (issue, "a core file"). Source: core(5). Turned red by: threads that
// are left out, that are made anew with every sign-in, or that two sign-ins count
// twice.
func TestRestingThreadsEnd(t *testing.T) {
	const many = 24
	rest(t, many)
	before, _ := runtime.ThreadCreateProfile(nil)
	if before < many {
		t.Fatalf("%d threads rest, want %d", before, many)
	}
	var all threads
	var done sync.WaitGroup
	for range 8 { // sign-ins may end together
		done.Go(all.Clear)
	}
	done.Wait()
	after := before
	for range 1000 {
		if after, _ = runtime.ThreadCreateProfile(nil); after < many {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%d threads before, %d after", before, after)
}
