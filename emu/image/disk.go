package image

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// Disk is what an image needs of a file system. Package imagetest has one that
// loses power.
type Disk interface {
	// Read is the whole of a regular file, or an error where it is longer
	// than limit.
	Read(path string, limit int) ([]byte, error)
	// Create makes a file that was not there, for its owner only.
	Create(path string) (File, error)
	// Rename puts a file in the place of another in one step.
	Rename(from, to string) error
	// Remove deletes a file.
	Remove(path string) error
	// SyncFolder makes the names in a folder last.
	SyncFolder(path string) error
	// Lock keeps other programs from this path until it is closed.
	Lock(path string) (io.Closer, error)
}

// File is a file being written.
type File interface {
	io.WriteCloser
	// Sync makes what was written last.
	Sync() error
}

// machine is the disk of this machine.
type machine struct{}

func (machine) Read(path string, limit int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", path)
	}
	raw, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err == nil && len(raw) > limit {
		err = flaw(limit, "the file is longer than %d bytes", limit)
	}
	return raw, err
}

func (machine) Create(path string) (File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}

func (machine) Rename(from, to string) error { return os.Rename(from, to) }

func (machine) Remove(path string) error { return os.Remove(path) }

// SyncFolder does nothing on Windows, where a folder cannot be flushed and the
// file system journals its names.
func (machine) SyncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Lock takes the advisory lock on path's own lock file: the image itself is
// replaced with every write, and a lock would go with it. The lock file stays,
// as deleting it would let two programs hold two of them.
func (machine) Lock(path string) (io.Closer, error) {
	name := path + lockSuffix
	l := flock.New(name, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	ok, err := l.TryLock()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%w: %s%s", ErrLocked, path, holder(name))
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err == nil {
		// Windows locks the first byte against everyone.
		_, err = fmt.Fprintf(io.NewOffsetWriter(f, 1), "%-10d\n", os.Getpid())
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// holder says which process has the lock, as far as is known.
func holder(name string) string {
	f, err := os.Open(filepath.Clean(name))
	if err != nil {
		return ""
	}
	defer f.Close()
	raw := make([]byte, 10)
	if _, err := f.ReadAt(raw, 1); err != nil {
		return ""
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(", by process %d", pid)
}
