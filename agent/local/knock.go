package local

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// HostAllowed says whether host names this machine's loopback and port exactly:
// localhost, [::1], or any address of 127.0.0.0/8, as Citrix's virtual loopback
// gives each session one of its own. A page of another name that was made to
// resolve to loopback sends that name here and nothing else that would give it
// away, so this check comes first.
func HostAllowed(host string, port int) bool {
	name, ok := strings.CutSuffix(host, ":"+strconv.Itoa(port))
	if !ok {
		return false
	}
	if name == "localhost" || name == "[::1]" {
		return true
	}
	a, err := netip.ParseAddr(name) // one spelling for each IPv4 address
	return err == nil && a.Is4() && a.IsLoopback()
}

// Addressed says whether r was sent to this machine's loopback and port. A
// target in absolute form (RFC 9112 §3.2.2) came through a proxy and says
// another Host than its header: it is nobody's.
func Addressed(r *http.Request, port int) bool {
	return r.URL.Host == "" && r.URL.Scheme == "" && HostAllowed(r.Host, port)
}

func (d *Door) checkHost(w http.ResponseWriter, r *http.Request) bool {
	if Addressed(r, d.Port) {
		return true
	}
	d.log().Warn("refused a host", "host", brief(r.Host))
	turnAway(w, http.StatusMisdirectedRequest, "this host is not served here")
	return false
}

// checkPeer admits this user in this session, by the kernel's word.
func (d *Door) checkPeer(w http.ResponseWriter, r *http.Request) bool {
	owner, err := peer.Of(r.Context())
	if err == nil && owner == d.Owner {
		return true
	}
	d.log().Warn("refused a peer", "user", owner.User, "session", owner.Session, "error", err)
	turnAway(w, http.StatusForbidden, "this agent belongs to another user or session")
	return false
}

// checkOrigin admits known pages. One Origin header, never null, never absent.
func (d *Door) checkOrigin(w http.ResponseWriter, r *http.Request) bool {
	if o := r.Header["Origin"]; len(o) == 1 && d.Settings.KnownOrigin(o[0]) {
		return true
	}
	d.log().Warn("refused an origin", "origin", brief(strings.Join(r.Header["Origin"], " ")), "path", brief(r.URL.Path))
	turnAway(w, http.StatusForbidden, "this origin is not allowed")
	return false
}

// turnAway refuses and hangs up without waiting for a body, so that a stranger
// cannot hold a connection open.
func turnAway(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Connection", "close")
	_ = http.NewResponseController(w).SetReadDeadline(time.Now())
	refuse(w, code, text)
}

// brief keeps a stranger's text from filling the log.
func brief(text string) string { return text[:min(len(text), 200)] }

// refuse answers outside of any sign-in.
func refuse(w http.ResponseWriter, code int, text string) {
	answer(w, code, map[string]string{"error": text})
}

// answerTime bounds how slowly an answer may be read.
const answerTime = 30 * time.Second

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTime))
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v)
}
