package passcode

import "golang.org/x/sys/unix"

// forget drops what was typed and not yet read (TCFLSH, ioctl_tty(2)).
func forget(fd int) error { return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH) }
