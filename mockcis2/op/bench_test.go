package op_test

import (
	"testing"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// BenchmarkLogin is authorize and token over HTTP, without a card: two RS256
// signatures, or two by the curve.
func BenchmarkLogin(b *testing.B) {
	for name, mode := range map[string]op.Mode{"RS256": {}, "ES256": quick()} {
		b.Run(name, func(b *testing.B) {
			g := newRig(b, mode)
			for b.Loop() {
				g.tokens("secret")
			}
		})
	}
}
