//go:build unix

package settings

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// OwnedBy trusts a file that only uid, or root, can have written: it and every
// folder above it belong to one of them and nobody else may write there. A
// folder like /tmp, where others may add but not replace, is let through.
func OwnedBy(uid int) func(path string) error {
	return func(path string) error {
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			return err
		}
		if real, err = filepath.Abs(real); err != nil {
			return err
		}
		for p := real; ; p = filepath.Dir(p) {
			if err := ownedBy(p, uid); err != nil {
				return err
			}
			if p == filepath.Dir(p) {
				return nil
			}
		}
	}
}

func ownedBy(path string, uid int) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Errorf("the owner of %s is not known", path)
	}
	if int(stat.Uid) != uid && stat.Uid != 0 {
		return fmt.Errorf("%s belongs to user %d, so it may not speak for the administrator", path, stat.Uid)
	}
	sticky := info.IsDir() && info.Mode()&os.ModeSticky != 0
	if info.Mode()&0o022 != 0 && !sticky {
		return fmt.Errorf("%s may be written by others (mode %04o), so it may not speak for the administrator", path, info.Mode().Perm())
	}
	return nil
}

func rootOnly() func(string) error { return OwnedBy(0) }
