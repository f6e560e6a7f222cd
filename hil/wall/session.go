package wall

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/wall/account"
)

// session is one login. A browser shows its key in a cookie, a script as a bearer
// token; here is only its hash.
type session struct {
	name        string
	csrf        string // what the page sends with every order
	began, used time.Time
}

// sessions are all logins.
type sessions struct {
	now           func() time.Time
	idle, longest time.Duration
	random        io.Reader

	mu  sync.Mutex
	all map[[sha256.Size]byte]*session
}

// most bounds what memory logins can take.
const most = 10000

// begin makes a session and its key.
func (s *sessions) begin(name string) (key string, made session, err error) {
	raw := make([]byte, 64)
	if _, err := io.ReadFull(s.random, raw); err != nil {
		return "", session{}, err
	}
	key, now := base64.RawURLEncoding.EncodeToString(raw[:32]), s.now()
	made = session{name: name, csrf: base64.RawURLEncoding.EncodeToString(raw[32:]), began: now, used: now}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil || len(s.all) >= most {
		s.sweep(now)
	}
	s.all[sha256.Sum256([]byte(key))] = &made
	return key, made, nil
}

// sweep drops what has ended; where that is not enough, everything.
func (s *sessions) sweep(now time.Time) {
	for k, x := range s.all {
		if s.over(*x, now) {
			delete(s.all, k)
		}
	}
	if s.all == nil || len(s.all) >= most {
		s.all = map[[sha256.Size]byte]*session{}
	}
}

func (s *sessions) over(x session, now time.Time) bool {
	return now.Sub(x.used) > s.idle || now.Sub(x.began) > s.longest
}

// find is the session of a key. Looking at the stream of events is no use of it.
func (s *sessions) find(key string, use bool) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hash, now := sha256.Sum256([]byte(key)), s.now()
	x, ok := s.all[hash]
	if !ok {
		return session{}, false
	}
	if s.over(*x, now) {
		delete(s.all, hash)
		return session{}, false
	}
	if use {
		x.used = now
	}
	return *x, true
}

func (s *sessions) end(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, sha256.Sum256([]byte(key)))
}

// csrfHeader carries what only the page knows.
const csrfHeader = "X-Hil-Csrf"

// cookie is called so that no other host and no page over HTTP can set it
// (RFC 6265bis section 4.1.3.2), where there is TLS.
func (d *door) cookie(r *http.Request) string {
	if d.secure(r) {
		return "__Host-hil"
	}
	return "hil"
}

func (d *door) secure(r *http.Request) bool { return r.TLS != nil || d.BehindTLS }

// who is one who is logged in.
type who struct {
	account.Account
	session
	key    string
	cookie bool // by cookie, not by bearer token
}

// who finds out who asks. The account is looked up each time: a role that was
// taken away, or an account, counts at once.
func (d *door) who(r *http.Request) (who, bool) {
	w := who{key: bearer(r)}
	if c, err := r.Cookie(d.cookie(r)); w.key == "" && err == nil {
		w.key, w.cookie = c.Value, true
	}
	var ok bool
	if w.session, ok = d.sessions.find(w.key, r.URL.Path != events); !ok {
		return who{}, false
	}
	var err error
	if w.Account, err = d.Accounts.Find(w.session.name); err != nil {
		d.sessions.end(w.key)
		return who{}, false
	}
	return w, true
}

// bearer is the token of RFC 6750 section 2.1, or empty.
func bearer(r *http.Request) string {
	const scheme = "Bearer "
	if h := r.Header.Get("Authorization"); len(h) > len(scheme) && h[:len(scheme)] == scheme {
		return h[len(scheme):]
	}
	return ""
}

// proves says that an order by cookie comes from our page.
func (w who) proves(r *http.Request) bool {
	return !w.cookie || subtle.ConstantTimeCompare([]byte(r.Header.Get(csrfHeader)), []byte(w.csrf)) == 1
}
