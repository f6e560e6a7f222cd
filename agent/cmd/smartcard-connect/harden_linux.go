package main

import "golang.org/x/sys/unix"

// harden keeps a passcode in this process's memory from other programs of the
// same user and from core files (prctl(2) PR_SET_DUMPABLE, setrlimit(2)).
func harden() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
