package image

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
)

// ErrLocked is wrapped when another program, or this one, has the image open.
var ErrLocked = errors.New("image: in use")

// Beside card.img there may be card.img.lock, whose lock is held while the card
// is open, and card.img.tmp, a write that power loss cut short.
const (
	lockSuffix = ".lock"
	tempSuffix = ".tmp"
)

// Store opens images. The zero value does so on this machine's disk.
type Store struct{ Disk Disk }

func (s Store) disk() Disk {
	if s.Disk == nil {
		return machine{}
	}
	return s.Disk
}

// Handle is an image held open. Its methods are for one goroutine.
type Handle struct {
	disk Disk
	path string
	lock io.Closer
}

// Open reads an image and keeps others from it until Close. Errors wrap
// ErrLocked, ErrImage or the system's and name the path.
func (s Store) Open(path string) (*Handle, Image, error) {
	// No lock file beside what is not there, or is something else.
	switch raw, err := s.disk().Read(path, MaxFile); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, Image{}, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
	case err != nil:
		return nil, Image{}, fmt.Errorf("%s: %w", path, err)
	case !bytes.HasPrefix(raw, []byte(magic)):
		_, err := Parse(raw)
		return nil, Image{}, fmt.Errorf("%s: %w", path, err)
	}
	h, err := s.hold(path)
	if err != nil {
		return nil, Image{}, err
	}
	raw, err := h.disk.Read(h.path, MaxFile)
	if err != nil {
		return nil, Image{}, h.fail(err)
	}
	i, err := Parse(raw)
	if err != nil {
		return nil, Image{}, h.fail(err)
	}
	return h, i, nil
}

// Create writes a new image and holds it as Open does. One that is there already
// is left alone; the error wraps fs.ErrExist.
func (s Store) Create(path string, i Image) (*Handle, error) {
	h, err := s.hold(path)
	if err != nil {
		return nil, err
	}
	switch _, err = h.disk.Read(h.path, MaxFile); {
	case err == nil:
		return nil, h.fail(fs.ErrExist)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, h.fail(err)
	}
	if err := h.Write(i); err != nil {
		return nil, h.fail(err)
	}
	return h, nil
}

// hold takes the lock and clears away what a cut-short write left.
func (s Store) hold(path string) (*Handle, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil && s.Disk == nil {
		path = real
	}
	h := &Handle{disk: s.disk(), path: path}
	var err error
	if h.lock, err = h.disk.Lock(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such folder: %w", filepath.Dir(path), err)
	}
	if err != nil {
		return nil, err
	}
	if err := h.clear(); err != nil {
		return nil, h.fail(err)
	}
	return h, nil
}

func (h *Handle) fail(err error) error {
	return fmt.Errorf("%s: %w", h.path, errors.Join(err, h.Close()))
}

// clear removes the temporary file, if there is one.
func (h *Handle) clear() error {
	if err := h.disk.Remove(h.path + tempSuffix); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Write puts i in the place of the image: after a loss of power at any moment
// the file is the old card or the new one, whole; once Write returned nil it is
// the new one.
func (h *Handle) Write(i Image) error {
	if h.lock == nil {
		return fs.ErrClosed
	}
	raw, err := i.Encode()
	if err != nil {
		return err
	}
	temp := h.path + tempSuffix
	if err := h.clear(); err != nil {
		return err
	}
	f, err := h.disk.Create(temp)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := h.disk.Rename(temp, h.path); err != nil {
		return err
	}
	return h.disk.SyncFolder(filepath.Dir(h.path))
}

// Close lets others open the image. It may be called again.
func (h *Handle) Close() error {
	if h.lock == nil {
		return nil
	}
	l := h.lock
	h.lock = nil
	return l.Close()
}
