package portservice

import (
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// terminal is the sessions that Windows itself lists (WTSEnumerateSessions). A
// session number that is used again is no mistake: an owner is a user as well.
type terminal struct{}

func logins() Sessions { return terminal{} }

// Live is a session that is in use, or disconnected and may be used again.
func (terminal) Live(o peer.Owner) bool {
	var first *windows.WTS_SESSION_INFO
	var count uint32
	if windows.WTSEnumerateSessions(0, 0, 1, &first, &count) != nil {
		return false
	}
	defer windows.WTSFreeMemory(uintptr(unsafe.Pointer(first)))
	for _, s := range unsafe.Slice(first, count) {
		if s.SessionID == o.Session {
			return s.State == windows.WTSActive || s.State == windows.WTSConnected || s.State == windows.WTSDisconnected
		}
	}
	return false
}
