package portservice

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// logind is the folder where systemd-logind keeps a file for each user
// (/run/systemd/users, read by sd-login(3)).
type logind string

func logins() Sessions { return logind("/run/systemd/users") }

// Live is a user with a session: sd_uid_get_state(3) "online" or "active".
// Lingering users and those who log out have none.
func (l logind) Live(o peer.Owner) bool {
	raw, err := os.ReadFile(filepath.Join(string(l), o.User))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(raw)) {
		if state, ok := strings.CutPrefix(strings.TrimSpace(line), "STATE="); ok {
			return state == "online" || state == "active"
		}
	}
	return false
}
