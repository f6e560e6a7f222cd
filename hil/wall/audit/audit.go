// Package audit keeps who ordered what at the hub of a farm: a file of JSON
// lines that is only ever added to. Each line carries the SHA-256 of the line
// before it, so that one that was changed, taken out or put in shows; what it
// cannot show is that the end was cut off.
package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// ErrBroken is wrapped by Check when lines do not follow from each other.
var ErrBroken = errors.New("the audit log was changed")

// Entry is one line.
type Entry struct {
	Number int       `json:"number"` // from 1
	Time   time.Time `json:"time"`
	Who    string    `json:"who"`            // account; for a login, the name that was tried
	From   string    `json:"from,omitempty"` // address it came from
	What   string    `json:"what"`           // "login", "drain", "rerun", …
	On     string    `json:"on,omitempty"`   // device, cell or request
	Reason string    `json:"reason,omitempty"`
	// Outcome is "ordered" before the thing is done, then "done", or what went
	// wrong in a second entry: an order that cannot be logged is not carried out.
	Outcome string `json:"outcome"`
	After   string `json:"after"` // hex SHA-256 of the line before, without its end; 64 zeros in the first
}

// Outcomes that are not an error's text.
const (
	Ordered = "ordered"
	Done    = "done"
)

// Log is a file that is added to. Make one with Open.
type Log struct {
	now func() time.Time

	mu    sync.Mutex
	file  *os.File
	last  string // hash of the last line
	count int
}

var zero = hex.EncodeToString(make([]byte, sha256.Size))

// Open goes on with a file, or begins one. A last line that a crash left half
// written is ended, and stays where it is; a file that does not follow from its
// beginning is refused with ErrBroken.
func Open(path string, now func() time.Time) (*Log, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	l := &Log{now: now, file: f}
	if err := l.resume(); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return l, nil
}

func (l *Log) resume() error {
	torn := false
	err := walk(l.file, func(line []byte, whole bool, e Entry) {
		torn = !whole
		if e.Number > 0 {
			l.last, l.count = sum(line), e.Number
		}
	})
	if l.last == "" {
		l.last = zero
	}
	if err == nil && torn {
		_, err = l.file.Write([]byte("\n"))
	}
	return err
}

func sum(line []byte) string {
	h := sha256.Sum256(line)
	return hex.EncodeToString(h[:])
}

// Add writes an entry and returns when it is on the disk. Number, Time and After
// are filled in.
func (l *Log) Add(e Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Number, e.Time, e.After = l.count+1, l.now().UTC(), l.last
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := l.file.Write(append(raw, '\n')); err != nil {
		// What was written of it, if anything, is a torn line: end it.
		_, again := l.file.Write([]byte("\n"))
		return errors.Join(err, again)
	}
	l.last, l.count = sum(raw), e.Number
	return l.file.Sync()
}

// Last is the newest entries, newest first.
func (l *Log) Last(n int) ([]Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []Entry
	err := walk(l.file, func(_ []byte, _ bool, e Entry) {
		if e.Number > 0 {
			all = append(all, e)
		}
	})
	if len(all) > n {
		all = all[len(all)-n:]
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all, err
}

// Close closes the file.
func (l *Log) Close() error { return l.file.Close() }

// Check reads a log from its beginning, says how many entries it has, and
// whether they follow from each other.
func Check(r io.ReadSeeker) (entries int, err error) {
	err = walk(r, func(_ []byte, _ bool, e Entry) {
		if e.Number > 0 {
			entries++
		}
	})
	return entries, err
}

// walk gives each line, and its entry where it is one: a line that a crash tore
// is no JSON, and the chain goes on without it.
func walk(r io.ReadSeeker, each func(line []byte, whole bool, e Entry)) error {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	in, last, count := bufio.NewReader(r), zero, 0
	for at := 1; ; at++ {
		line, err := in.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		whole := err == nil
		line = bytes.TrimSuffix(line, []byte("\n"))
		var e Entry
		if len(line) > 0 {
			if json.Unmarshal(line, &e) != nil {
				e = Entry{}
			} else if e.After != last || e.Number != count+1 {
				return fmt.Errorf("%w: line %d does not follow from the one before", ErrBroken, at)
			} else {
				last, count = sum(line), e.Number
			}
			each(line, whole, e)
		}
		if !whole {
			return nil
		}
	}
}
