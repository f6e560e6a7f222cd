package health

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Shared is a book in a file that programs of one machine share: each method is one
// step of one of them, under a lock beside the file. It is slow where the book is
// long, and no attempt waits for another's repairs.
type Shared string

// with opens the book for one step.
func (s Shared) with(do func(*Book) error) (err error) {
	if err := os.MkdirAll(filepath.Dir(string(s)), 0o755); err != nil {
		return err
	}
	lock := flock.New(string(s) + ".lock")
	if err := lock.Lock(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	b, file, err := Open(string(s))
	if err != nil {
		return err
	}
	return errors.Join(do(b), file.Close())
}

// Add is Book.Add.
func (s Shared) Add(e Entry) error { return s.with(func(b *Book) error { return b.Add(e) }) }

// Due is Book.Due; a book that cannot be read has nothing due.
func (s Shared) Due(host, reader string) (due bool) {
	_ = s.with(func(b *Book) error { due = b.Due(host, reader); return nil })
	return due
}

// Cleared is Book.Cleared.
func (s Shared) Cleared(host, reader string, now time.Time) error {
	return s.with(func(b *Book) error { return b.Cleared(host, reader, now) })
}

// Flakes are Book.Product and Book.Bench.
func (s Shared) Flakes() (product, bench []Flake, err error) {
	err = s.with(func(b *Book) error { product, bench = b.Product(), b.Bench(); return nil })
	return product, bench, err
}
