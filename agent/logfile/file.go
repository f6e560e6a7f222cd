// Package logfile keeps the programs' logs: JSON lines (log/slog) in files that
// are bounded in size, age and number, without anything secret in them, and
// with numbered events for monitoring.
//
// Logging never stops a sign-in: a folder that cannot be written, a full disk
// or a lock that somebody keeps cost the line and nothing else.
package logfile

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// Bounds of a log, where File leaves them out.
const (
	DefaultSize = 5 << 20
	DefaultKeep = 5
	DefaultAge  = 30 * 24 * time.Hour
)

// File is one log that several processes may write. It is opened for each line
// and closed again: nothing is held that would keep Windows from renaming it,
// and appended lines do not mix. A lock beside it decides who rotates.
//
// Libraries for this (lumberjack, timberjack) hold the file and know of no
// other process, so two agents would write to files that were rotated away.
type File struct {
	Path string           // its folder is made when there is none
	Size int64            // bytes after which a new file is begun; zero is DefaultSize
	Age  time.Duration    // after which a new file is begun, and old ones go; zero is DefaultAge
	Keep int              // old files: Path with .1, the newest, to .Keep; zero is DefaultKeep
	Now  func() time.Time // zero is time.Now
	Lost func(error)      // told of the first line that is lost; it must not write here

	mu   sync.Mutex
	lost int
	err  error
}

// lockTime is how long a line waits for another process; then it is written all
// the same, and tried so often where the other one is just renaming.
const (
	lockTime = 500 * time.Millisecond
	tries    = 10
	pause    = 5 * time.Millisecond
)

// Write appends p, which is whole lines. It is the io.Writer of a slog handler,
// so what went wrong is kept for Err instead of given back.
func (f *File) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.write(p); err != nil {
		if f.lost++; f.lost == 1 && f.Lost != nil {
			f.Lost(err)
		}
		f.err = err
	}
	return len(p), nil
}

// Err says how many lines were lost and why the last one was; nil if none.
func (f *File) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		return nil
	}
	return fmt.Errorf("logfile: %d lines lost: %w", f.lost, f.err)
}

func (f *File) write(p []byte) error {
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o700); err != nil {
		return err
	}
	lock := flock.New(f.Path+".lock", flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(context.Background(), lockTime)
	defer cancel()
	held, err := lock.TryLockContext(ctx, pause)
	if held {
		defer func() { _ = lock.Unlock() }()
		if f.full(len(p)) {
			f.rotate() // a file that cannot be renamed is written on
		}
	}
	file, open := f.open()
	for n := 1; open != nil && errors.Is(err, context.DeadlineExceeded) && n < tries; n++ {
		time.Sleep(pause)
		file, open = f.open()
	}
	if open != nil {
		return open
	}
	_, err = file.Write(p)
	return errors.Join(err, file.Close())
}

func (f *File) open() (*os.File, error) {
	return os.OpenFile(f.Path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
}

// full says whether the file must not get n bytes more.
func (f *File) full(n int) bool {
	info, err := os.Lstat(f.Path)
	if err != nil || info.Size() == 0 {
		return false
	}
	return info.Size()+int64(n) > or(f.Size, DefaultSize) || f.now().Sub(born(f.Path, info)) > or(f.Age, DefaultAge)
}

// born is the time of the first line: systems do not agree on a file's own.
func born(path string, info fs.FileInfo) time.Time {
	file, err := os.Open(path)
	if err != nil {
		return info.ModTime()
	}
	defer func() { _ = file.Close() }()
	first, _ := bufio.NewReaderSize(file, 4<<10).ReadSlice('\n')
	var line struct {
		Time time.Time `json:"time"`
	}
	if json.Unmarshal(first, &line) != nil || line.Time.IsZero() {
		return info.ModTime()
	}
	return line.Time
}

// rotate moves every old file on by one and drops those that are too many or
// too old.
func (f *File) rotate() {
	keep := or(f.Keep, DefaultKeep)
	_ = os.Remove(f.old(keep))
	for i := keep - 1; i >= 1; i-- {
		f.move(f.old(i), f.old(i+1))
	}
	_ = os.Rename(f.Path, f.old(1))
}

func (f *File) move(from, to string) {
	info, err := os.Lstat(from)
	if err != nil {
		return
	}
	if f.now().Sub(info.ModTime()) > or(f.Age, DefaultAge) {
		_ = os.Remove(from)
		return
	}
	_ = os.Rename(from, to)
}

func (f *File) old(i int) string { return fmt.Sprintf("%s.%d", f.Path, i) }

func (f *File) now() time.Time {
	if f.Now == nil {
		return time.Now()
	}
	return f.Now()
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
