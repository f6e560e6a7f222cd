package mockcis2_test

import (
	"testing"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

// BenchmarkStart is a server from nothing to listening, and away again. Under
// 5 ms is wanted, also for the first one of a process (-benchtime 1x).
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s := &mockcis2.Server{}
		if err := s.Start(); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
