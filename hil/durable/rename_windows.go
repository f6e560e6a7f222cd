package durable

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/windows"
)

// glances is how often Rename tries while another program has the file open.
const glances = 50

// Rename gives a file another name, for good: it is on disk when this returns,
// as MoveFileEx promises with write-through. Whoever looks at every file that is
// written, such as a virus scanner, makes it wait a little.
func Rename(from, to string) error {
	old, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return err
	}
	now, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return err
	}
	for range glances {
		err = windows.MoveFileEx(old, now, windows.MOVEFILE_REPLACE_EXISTING|windows.MOVEFILE_WRITE_THROUGH)
		if !errors.Is(err, windows.ERROR_SHARING_VIOLATION) && !errors.Is(err, windows.ERROR_ACCESS_DENIED) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("rename %s: %w", from, err)
	}
	return nil
}

// Folder has nothing to do: NTFS journals names itself.
func Folder(string) error { return nil }
