package mockcis2

import (
	"crypto/rand"
	"crypto/sha256"
	"io"
	mathrand "math/rand/v2"
	"sync"
)

// chance is crypto/rand, or with a seed a stream that is the same every time.
// Requests that come one after another then get the same transaction ids,
// codes, jtis, sids and tickets in every run; parallel ones share the stream
// in the order in which they happen to ask.
func chance(seed string) io.Reader {
	if seed == "" {
		return rand.Reader
	}
	return &seeded{stream: stream(seed)}
}

type seeded struct {
	mu     sync.Mutex
	stream io.Reader
}

func stream(seed string) io.Reader { return mathrand.NewChaCha8(sha256.Sum256([]byte(seed))) }

func (s *seeded) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stream.Read(p)
}
