package logfile

import "path/filepath"

// Folders are where a user's logs go, below %LOCALAPPDATA%: those of the agent,
// and those of hub, signing and card management.
func Folders(local string) (agent, management string) {
	return filepath.Join(local, "NHS", "NHS Smartcard Connect"), filepath.Join(local, "NHS", "NHS Credential Management")
}
