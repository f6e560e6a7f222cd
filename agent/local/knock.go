package local

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// HostAllowed says whether host names this machine's loopback and port exactly.
// A page of another name that was made to resolve to loopback sends that name
// here and nothing else that would give it away, so this check comes first.
func HostAllowed(host string, port int) bool {
	p := ":" + strconv.Itoa(port)
	return slices.Contains([]string{"localhost" + p, "127.0.0.1" + p, "[::1]" + p}, host)
}

func (d *Door) checkHost(w http.ResponseWriter, r *http.Request) bool {
	if HostAllowed(r.Host, d.Port) {
		return true
	}
	d.log().Warn("refused a host", "host", r.Host)
	refuse(w, http.StatusMisdirectedRequest, "this host is not served here")
	return false
}

// checkPeer admits this user in this session, by the kernel's word.
func (d *Door) checkPeer(w http.ResponseWriter, r *http.Request) bool {
	owner, err := peer.Of(r.Context())
	if err == nil && owner == d.Owner {
		return true
	}
	d.log().Warn("refused a peer", "user", owner.User, "session", owner.Session, "error", err)
	refuse(w, http.StatusForbidden, "this agent belongs to another user or session")
	return false
}

// checkOrigin admits known pages. One Origin header, never null, never absent.
func (d *Door) checkOrigin(w http.ResponseWriter, r *http.Request) bool {
	if o := r.Header["Origin"]; len(o) == 1 && d.Settings.KnownOrigin(o[0]) {
		return true
	}
	d.log().Warn("refused an origin", "origin", r.Header["Origin"], "path", r.URL.Path)
	refuse(w, http.StatusForbidden, "this origin is not allowed")
	return false
}

// refuse answers outside of any sign-in.
func refuse(w http.ResponseWriter, code int, text string) {
	answer(w, code, map[string]string{"error": text})
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v)
}
