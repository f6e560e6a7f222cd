// Package durable puts files on disk so that a power cut leaves the old one or the
// new one, whole.
package durable

import (
	"errors"
	"io/fs"
	"os"
)

// Replace writes a file anew, for its owner alone (mode 0600). Where it fails, the
// old one is still there, or the new one is and only its name may not have reached
// the disk. One writer at a time: what is not finished lies beside the file, under
// its name and ".new".
func Replace(path string, content []byte) (err error) {
	next := path + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(next, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(next)
		}
	}()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return Rename(next, path)
}
