package jetstream_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// BenchmarkLease measures what issue 7 asks to be printed: how long it takes to
// acquire and to renew a reader, a card and a power port together, with every
// write on the disk (SyncAlways) before it is acknowledged. One node.
func BenchmarkLease(b *testing.B) {
	f := lay(b, node(b), quick())
	var acquired, renewed []time.Duration
	for n := 0; b.Loop(); n++ {
		for k := range 100 {
			id := fmt.Sprint(k)
			devices := []farm.Device{{Host: "bench", Kind: farm.Reader, ID: id}, {Host: "floor", Kind: farm.Card, ID: id}, {Host: "bench", Kind: farm.Power, ID: id}}
			start := time.Now()
			g, err := f.Acquire(b.Context(), alice, time.Minute, devices...)
			if err != nil {
				b.Fatal(err)
			}
			acquired = append(acquired, time.Since(start))
			start = time.Now()
			if err := f.Renew(b.Context(), &g); err != nil {
				b.Fatal(err)
			}
			renewed = append(renewed, time.Since(start))
			if err := f.Release(b.Context(), g, ""); err != nil {
				b.Fatal(err)
			}
		}
	}
	report(b, "acquire", acquired)
	report(b, "renew", renewed)
	b.ReportMetric(0, "ns/op") // a hundred leases, and their release: says nothing
}

// report prints how long it took half of the times, and all but one in a hundred.
func report(b *testing.B, what string, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), what+"-p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), what+"-p99-µs")
}
