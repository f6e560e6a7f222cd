package fault

import (
	"crypto/sha256"
	"sync"
)

// links remember to which flow and client a transaction id, code, ticket or
// access token belongs, the newest so many.
type links struct {
	mu    sync.Mutex
	known map[[32]byte]party
	ring  [][32]byte
	next  int
}

type party struct{ flow, client string }

// remembered is how many links are kept.
const remembered = 4096

// of is the party behind a value; the zero one when it is unknown.
func (l *links) of(value string) party {
	if value == "" {
		return party{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[sha256.Sum256([]byte(value))]
}

func (l *links) learn(value []byte, p party) {
	if len(value) == 0 || p == (party{}) {
		return
	}
	key := sha256.Sum256(value)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil {
		l.known = map[[32]byte]party{}
	}
	if _, again := l.known[key]; !again {
		if len(l.ring) < remembered {
			l.ring = append(l.ring, key)
		} else {
			delete(l.known, l.ring[l.next])
			l.ring[l.next], l.next = key, (l.next+1)%remembered
		}
	}
	l.known[key] = p
}
