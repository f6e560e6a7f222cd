package client

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// List is GET /api/configs/{team_id}.
func (m *Manager) List(w http.ResponseWriter, r *http.Request) {
	if !m.allowed(w, r) {
		return
	}
	all := []Kept{}
	for _, c := range m.Registry.Registered() {
		if m.owns(r.PathValue("team_id"), c.ID) {
			all = append(all, kept(c))
		}
	}
	Answer(w, http.StatusOK, all)
}

// Get is GET /api/configs/{team_id}/{config_id}. With hash, it answers only if
// that is still the configuration's.
func (m *Manager) Get(w http.ResponseWriter, r *http.Request) {
	if !m.allowed(w, r) {
		return
	}
	if c, ok := m.find(w, r); ok && fresh(w, r, c, false) {
		Answer(w, http.StatusOK, kept(c))
	}
}

// Create is POST /api/configs/{team_id}: a new client_id, and a secret where
// the method needs one.
func (m *Manager) Create(w http.ResponseWriter, r *http.Request) {
	var config Config
	if !m.allowed(w, r) || !Body(w, r, &config) {
		return
	}
	c, err := m.fresh(config)
	if err != nil {
		Refuse(w, http.StatusInternalServerError, err)
		return
	}
	if err := m.Registry.SetClient(c); err != nil {
		Refuse(w, http.StatusBadRequest, err)
		return
	}
	m.mu.Lock()
	if m.owners == nil {
		m.owners = map[string]string{}
	}
	if len(m.owners) >= mostLogins { // those of applications that are gone make room
		maps.DeleteFunc(m.owners, func(id, _ string) bool { _, there := m.Registry.Client(id); return !there })
	}
	m.owners[c.ID] = r.PathValue("team_id")
	m.mu.Unlock()
	k := kept(c)
	k.Secret = c.Secret
	Answer(w, http.StatusCreated, k)
}

// Replace is PUT /api/configs/{team_id}/{config_id}?hash=HASH. Who changed what
// somebody else has changed since gets 409.
func (m *Manager) Replace(w http.ResponseWriter, r *http.Request) {
	var config Config
	if !m.allowed(w, r) || !Body(w, r, &config) {
		return
	}
	old, ok := m.find(w, r)
	if !ok || !fresh(w, r, old, true) {
		return
	}
	c, err := m.registration(config, old)
	if err == nil {
		err = m.Registry.SetClient(c)
	}
	if err != nil {
		Refuse(w, http.StatusBadRequest, err)
		return
	}
	k := kept(c)
	if old.Secret == "" {
		k.Secret = c.Secret
	}
	Answer(w, http.StatusOK, k)
}

func (m *Manager) owns(team, id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	owner, ok := m.owners[id]
	return !ok || owner == team
}

func (m *Manager) find(w http.ResponseWriter, r *http.Request) (op.Client, bool) {
	c, ok := m.Registry.Client(r.PathValue("config_id"))
	if !ok || !m.owns(r.PathValue("team_id"), c.ID) {
		Refuse(w, http.StatusNotFound, fmt.Errorf("this team has no configuration %q", r.PathValue("config_id")))
		return op.Client{}, false
	}
	return c, true
}

// fresh compares the hash of the query with the configuration's.
func fresh(w http.ResponseWriter, r *http.Request, c op.Client, needed bool) bool {
	hash := r.URL.Query().Get("hash")
	switch {
	case hash == "" && needed:
		Refuse(w, http.StatusBadRequest, errors.New("hash is missing: the one that GET answered"))
	case hash != "" && hash != kept(c).Hash:
		Refuse(w, http.StatusConflict, errors.New("hash is not the configuration's: somebody changed it; GET it again"))
	default:
		return true
	}
	return false
}

// fresh is a registration with a client_id in CIS2's shape.
func (m *Manager) fresh(config Config) (op.Client, error) {
	var b [8]byte
	for range 100 {
		if _, err := io.ReadFull(m.Rand, b[:]); err != nil {
			return op.Client{}, err
		}
		id := fmt.Sprintf("%012d.apps.national", binary.BigEndian.Uint64(b[:])%1e12)
		if _, taken := m.Registry.Client(id); !taken {
			return m.registration(config, op.Client{ID: id})
		}
	}
	return op.Client{}, errors.New("no client_id is free")
}

// registration is old with what a configuration says. Keys that were
// registered by value stay until there is a jwks_uri.
func (m *Manager) registration(config Config, old op.Client) (op.Client, error) {
	c := op.Client{ID: old.ID, Name: config.Name, RedirectURIs: config.RedirectURIs, Method: config.Method, KeysURI: config.JWKSURI,
		BackchannelLogoutURI: config.BackchannelLogoutURI, Description: config.Description}
	if config.Algorithm != "" {
		c.Algorithms = []string{config.Algorithm}
	}
	if c.Method == "private_key_jwt" {
		if c.KeysURI == "" {
			c.Keys = old.Keys
		}
		return c, nil
	}
	if c.Method == "none" || !slices.Contains(Methods, c.Method) {
		return c, nil // Check says so
	}
	c.Secret = old.Secret
	if c.Secret == "" {
		secret, err := m.random(32)
		if err != nil {
			return c, err
		}
		c.Secret = secret
	}
	return c, nil
}

func kept(c op.Client) Kept {
	config := Config{Name: c.Name, RedirectURIs: c.RedirectURIs, BackchannelLogoutURI: c.BackchannelLogoutURI, Method: c.Method,
		JWKSURI: c.KeysURI, Description: c.Description}
	if len(c.Algorithms) == 1 {
		config.Algorithm = c.Algorithms[0]
	}
	return Kept{ID: c.ID, ClientID: c.ID, Hash: config.hash(), Config: config}
}
