//go:build unix

package durable

import (
	"errors"
	"os"
	"path/filepath"
)

// Rename gives a file another name, for good: it is on disk when this returns.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return Folder(filepath.Dir(to))
}

// Folder makes the names in a folder durable: a file just made in it is found
// again after a power cut.
func Folder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
