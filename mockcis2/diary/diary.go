// Package diary keeps what was asked of the provider and what it answered:
// parsed, redacted, in order, in bounded memory. Secrets, codes and tokens are
// blanked but stay comparable: each is replaced by a short keyed hash, so that
// reuse shows and nothing else does. Entries belong to flows, a flow being one
// attempt of one application to have somebody signed in. The diary is exported
// as HAR 1.2 and as JSON lines, asked in tests, and listened to by the console.
package diary

import (
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"strings"
	"sync"
	"time"
)

// Limit is how many entries are kept when Settings says nothing.
const Limit = 5000

// Settings of a diary. Now is needed.
type Settings struct {
	Now   func() time.Time // provider's clock
	Key   []byte           // of the hashes; equal keys make equal hashes
	Limit int              // entries kept; 0 is Limit
	Wrote func()           // called after each entry; may be nil
}

// Diary is safe for many goroutines. Make one with New.
type Diary struct {
	now   func() time.Time
	macs  sync.Pool // of *mac: making one costs as much as using it
	rooms sync.Pool // of *[]byte: bodies of answers, until they are judged
	limit int
	wrote func()

	mu      sync.Mutex
	entries []Entry
	seq     int // of the last entry
	flows   int // begun so far
	lost    int // entries that had to go
	known   memory
	clients memory // of flows
	ears    map[chan Entry]struct{}
}

// New makes an empty diary.
func New(s Settings) *Diary {
	if s.Limit <= 0 {
		s.Limit = Limit
	}
	if s.Wrote == nil {
		s.Wrote = func() {}
	}
	key := slices.Clone(s.Key)
	return &Diary{now: s.Now, macs: sync.Pool{New: func() any { return &mac{Hash: hmac.New(sha256.New, key)} }}, limit: s.Limit, wrote: s.Wrote,
		rooms: sync.Pool{New: func() any { return new([]byte) }},
		known: memory{limit: 2 * s.Limit}, clients: memory{limit: s.Limit}, ears: map[chan Entry]struct{}{}}
}

// Event writes down something that happened, other than a request.
func (d *Diary) Event(text string) {
	defer d.wrote() // after the lock is gone
	d.mu.Lock()
	defer d.mu.Unlock()
	d.write(Entry{At: d.now().UTC(), Event: text})
}

// write gives an entry its number and tells the listeners. d.mu is held.
func (d *Diary) write(e Entry) {
	d.seq++
	e.Seq = d.seq
	if len(d.entries) >= d.limit {
		gone := max(1, d.limit/4)
		d.lost += gone
		kept := copy(d.entries, d.entries[gone:]) // in place: nobody else has this array
		clear(d.entries[kept:])
		d.entries = d.entries[:kept]
	}
	d.entries = append(d.entries, e)
	for ear := range d.ears {
		select {
		case ear <- e:
		default: // a slow listener sees a gap in Seq
		}
	}
}

// Entries are all that are kept, oldest first. What they point to is shared
// and must not be changed.
func (d *Diary) Entries() []Entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.entries)
}

// Lost is how many entries had to make room for newer ones, or were forgotten.
// While it is 0 the diary is complete.
func (d *Diary) Lost() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lost
}

// Requests are the requests whose path is path or ends in it, such as
// "/access_token".
func (d *Diary) Requests(path string) []Entry {
	return slices.DeleteFunc(d.Entries(), func(e Entry) bool { return e.Event != "" || !strings.HasSuffix(e.Path, path) })
}

// Forget empties the diary. Flows under way keep their names.
func (d *Diary) Forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lost += len(d.entries)
	d.entries = nil
}

// Subscribe delivers every entry from now on until stop is called. A listener
// that does not keep up with its buffer misses entries: Seq then jumps.
func (d *Diary) Subscribe(buffer int) (entries <-chan Entry, stop func()) {
	ear := make(chan Entry, max(1, buffer))
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ears[ear] = struct{}{}
	return ear, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if _, ok := d.ears[ear]; ok {
			delete(d.ears, ear)
			close(ear)
		}
	}
}
