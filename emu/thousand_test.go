package emu_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// BenchmarkThousandCards reports the memory of one card of a drawer of 1,000
// whose holders share their keys, after each has answered a command.
func BenchmarkThousandCards(b *testing.B) {
	id := testpki.Issue(testpki.Holders()[1], time.Now())
	for b.Loop() {
		before := heap()
		cards := make([]*emu.Card, 1000)
		for i := range cards {
			cards[i] = emutest.New(b, emu.Options{Identity: &id})
			emutest.Send(b, cards[i], status)
		}
		b.ReportMetric(float64(heap()-before)/1000, "heap-bytes/card")
		for _, c := range cards {
			if c.TriesLeft() != 3 {
				b.Fatal("a card lost a try")
			}
		}
	}
}

// heap is how many bytes are in use after a collection.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
