package client

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// Registry is where registrations live; mockcis2.Server has it.
type Registry interface {
	Registered() []op.Client
	Client(id string) (op.Client, bool)
	SetClient(op.Client) error
}

// Team is who may register, as on the mock's command line.
type Team struct{ ID, Secret string }

// ToyTeam is there when no other is named. Its secret is published.
var ToyTeam = Team{"toy-team", "toy-team-secret"}

// Manager has the shape of CIS2's Connection Manager (facts on CIS2 section
// 1.3): a team signs in with its secret, gets a cookie, and keeps its
// configurations. Paths, the SecretAuth scheme, the cookie's name, hash and the
// member names of a configuration are the public ones. What is around a
// configuration (config_id, client_id, hash) and the status codes are ours:
// they are not public. An application that no team registered is everybody's.
type Manager struct {
	Registry Registry
	Teams    []Team // nil is ToyTeam alone
	Now      func() time.Time
	Rand     io.Reader

	mu       sync.Mutex
	sessions map[string]login
	owners   map[string]string // team by client_id
}

type login struct {
	team string
	ends time.Time
}

const (
	cookieName = "__Host-session"
	loginLife  = 15 * time.Minute
	mostLogins = 1000
)

// Config is a registration in the Connection Manager's words.
type Config struct {
	Name                 string   `json:"client_name"`
	RedirectURIs         []string `json:"redirect_uris"`
	BackchannelLogoutURI string   `json:"backchannel_logout_uri,omitempty"`
	Method               string   `json:"token_endpoint_auth_method"`
	JWKSURI              string   `json:"jwks_uri,omitempty"`
	Algorithm            string   `json:"jwks_uri_signing_algorithm,omitempty"` // RS256 or RS512
	Description          string   `json:"description,omitempty"`
}

// Kept is a Config with what the Connection Manager knows about it. Secret is
// in the answer that makes it and never again.
type Kept struct {
	ID       string `json:"config_id"`
	ClientID string `json:"client_id"`
	Hash     string `json:"hash"` // changes with the configuration
	Config   Config `json:"config"`
	Secret   string `json:"client_secret,omitempty"`
}

// Auth is POST /api/auth: SecretAuth in, cookie out.
func (m *Manager) Auth(w http.ResponseWriter, r *http.Request) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	team, ok := m.team(secret)
	if scheme != "SecretAuth" || !ok {
		w.Header().Set("WWW-Authenticate", "SecretAuth")
		Refuse(w, http.StatusUnauthorized, errors.New("Authorization must be SecretAuth and a team's secret"))
		return
	}
	value, err := m.random(32)
	if err != nil {
		Refuse(w, http.StatusInternalServerError, err)
		return
	}
	m.mu.Lock()
	if m.sessions == nil || len(m.sessions) >= mostLogins {
		m.sessions = map[string]login{}
	}
	m.sessions[value] = login{team, m.Now().Add(loginLife)}
	m.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	w.WriteHeader(http.StatusNoContent)
}

func (m *Manager) team(secret string) (string, bool) {
	teams := m.Teams
	if teams == nil {
		teams = []Team{ToyTeam}
	}
	for _, t := range teams {
		if secret != "" && subtle.ConstantTimeCompare([]byte(t.Secret), []byte(secret)) == 1 {
			return t.ID, true
		}
	}
	return "", false
}

// allowed says whether the cookie is of the team in the path, and refuses if
// not.
func (m *Manager) allowed(w http.ResponseWriter, r *http.Request) bool {
	c, err := r.Cookie(cookieName)
	var s login
	if err == nil {
		m.mu.Lock()
		s = m.sessions[c.Value]
		m.mu.Unlock()
	}
	switch {
	case s.team == "" || !m.Now().Before(s.ends):
		Refuse(w, http.StatusUnauthorized, errors.New("no session, or it is over: POST /api/auth"))
	case s.team != r.PathValue("team_id"):
		Refuse(w, http.StatusForbidden, errors.New("this is another team's"))
	default:
		return true
	}
	return false
}

// Hello is GET /api/hello_world.
func (m *Manager) Hello(w http.ResponseWriter, _ *http.Request) {
	Answer(w, http.StatusOK, map[string]string{"message": "Hello, World!"})
}

func (m *Manager) random(n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(m.Rand, b); err != nil {
		return "", err
	}
	return hex.EncodeToString(b), nil
}

// hash of a configuration: for optimistic locking.
func (c Config) hash() string {
	raw, err := json.Marshal(c)
	if err != nil {
		return "" // cannot be: strings only
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Answer writes JSON.
func Answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a reader that went away is no error of ours
}

// Refuse writes an error as JSON: {"error": TEXT}.
func Refuse(w http.ResponseWriter, status int, err error) {
	Answer(w, status, map[string]string{"error": err.Error()})
}

// MostBytes is how long a body may be.
const MostBytes = 1 << 16

// Body reads a strict JSON body into a value. It refuses with 413 what is too
// long and with 400 what is not the JSON wanted.
func Body(w http.ResponseWriter, r *http.Request, into any) bool {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MostBytes))
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		Refuse(w, http.StatusRequestEntityTooLarge, errors.New("the body is longer than 64 KiB"))
		return false
	}
	if err == nil {
		err = Strict(raw, into)
	}
	if err != nil {
		Refuse(w, http.StatusBadRequest, err)
		return false
	}
	return true
}
