// Package imagetest is a disk that loses power at a chosen moment, for tests of
// what must survive that.
package imagetest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"

	"github.com/smartcard-connect/smartcard-connect/emu/image"
)

// ErrPower is what every call fails with once the power is gone.
var ErrPower = errors.New("imagetest: no power")

// content is a file: what programs read, and what the medium has for sure.
type content struct{ seen, synced []byte }

// Disk is a folder in memory. It satisfies image.Disk.
type Disk struct {
	// Steps is how many bytes and other steps are done before the power
	// goes; negative never ends.
	Steps int
	// Done counts the steps.
	Done int

	seen, synced map[string]*content
	locked       map[string]bool
}

// New is an empty disk with endless power.
func New() *Disk {
	return &Disk{Steps: -1, seen: map[string]*content{}, synced: map[string]*content{}, locked: map[string]bool{}}
}

var _ image.Disk = (*Disk)(nil)

// step uses up to n steps and says how many the power lasted for.
func (d *Disk) step(n int) (int, error) {
	if d.Steps >= 0 && n > d.Steps {
		n = d.Steps
		d.Steps = 0
		d.Done += n
		return n, ErrPower
	}
	if d.Steps >= 0 {
		d.Steps -= n
	}
	d.Done += n
	return n, nil
}

// AfterPowerLoss is every disk that may be found afterwards: names and contents
// that were not synchronised were each written in time, or not.
func (d *Disk) AfterPowerLoss() []*Disk {
	var out []*Disk
	for _, names := range []map[string]*content{d.seen, d.synced} {
		for _, late := range []bool{false, true} {
			after := New()
			for name, c := range names {
				b := c.synced
				if late {
					b = c.seen
				}
				after.seen[name] = &content{bytes.Clone(b), bytes.Clone(b)}
			}
			after.synced = maps.Clone(after.seen)
			out = append(out, after)
		}
	}
	return out
}

// Put is a file that was always there.
func (d *Disk) Put(path string, raw []byte) {
	c := &content{bytes.Clone(raw), bytes.Clone(raw)}
	d.seen[path], d.synced[path] = c, c
}

// Read is image.Disk's.
func (d *Disk) Read(path string, _ int) ([]byte, error) {
	c, ok := d.seen[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return bytes.Clone(c.seen), nil
}

// Create is image.Disk's.
func (d *Disk) Create(path string) (image.File, error) {
	if _, err := d.step(1); err != nil {
		return nil, err
	}
	if _, ok := d.seen[path]; ok {
		return nil, fs.ErrExist
	}
	c := &content{}
	d.seen[path] = c
	return &file{d, c}, nil
}

// Rename is image.Disk's.
func (d *Disk) Rename(from, to string) error {
	if _, err := d.step(1); err != nil {
		return err
	}
	d.seen[to] = d.seen[from]
	delete(d.seen, from)
	return nil
}

// Remove is image.Disk's.
func (d *Disk) Remove(path string) error {
	if _, ok := d.seen[path]; !ok {
		return fs.ErrNotExist
	}
	if _, err := d.step(1); err != nil {
		return err
	}
	delete(d.seen, path)
	return nil
}

// SyncFolder is image.Disk's.
func (d *Disk) SyncFolder(string) error {
	if _, err := d.step(1); err != nil {
		return err
	}
	d.synced = maps.Clone(d.seen)
	return nil
}

// Lock is image.Disk's; it lasts as long as the disk has power.
func (d *Disk) Lock(path string) (io.Closer, error) {
	if d.locked[path] {
		return nil, image.ErrLocked
	}
	d.locked[path] = true
	return unlock{d, path}, nil
}

type unlock struct {
	d    *Disk
	path string
}

func (u unlock) Close() error {
	delete(u.d.locked, u.path)
	return nil
}

// file is one being written.
type file struct {
	d *Disk
	c *content
}

func (f *file) Write(b []byte) (int, error) {
	n, err := f.d.step(len(b))
	f.c.seen = append(f.c.seen, b[:n]...)
	return n, err
}

func (f *file) Sync() error {
	if _, err := f.d.step(1); err != nil {
		return err
	}
	f.c.synced = bytes.Clone(f.c.seen)
	return nil
}

func (f *file) Close() error { return nil }
