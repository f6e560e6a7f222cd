//go:build unix

package host

import (
	"errors"
	"os"
	"path/filepath"
)

// rename gives a file another name, for good: it is on disk when this returns.
func rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	f, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
