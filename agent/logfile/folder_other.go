//go:build !windows

package logfile

import "path/filepath"

// Folders are where a user's logs go, below $XDG_STATE_HOME (XDG Base Directory
// Specification): those of the agent, and those of hub, signing and card
// management.
func Folders(state string) (agent, management string) {
	return filepath.Join(state, "smartcard-connect"), filepath.Join(state, "smartcard-connect")
}
