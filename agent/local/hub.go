package local

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// Bounds of the hub. A page needs one connection; a forgotten one goes after
// idleTime without any call.
const (
	maxConnections = 64
	idleTime       = 5 * time.Minute
	defaultPoll    = 60 * time.Second
)

// hub is the open connections by token. The zero value is ready.
type hub struct {
	mu          sync.Mutex
	connections map[string]*connection
}

// caller is who negotiated a connection; nobody else may use its token.
type caller struct {
	host, origin string
	owner        peer.Owner
}

// connection is one page's. poll ends the poll that hangs; closed ends all.
type connection struct {
	caller
	used   time.Time
	poll   context.CancelFunc
	closed chan struct{}
}

// Refusals of a token.
var (
	errToken = errors.New("the connection token is not known")
	errBound = errors.New("the connection token belongs to another page")
	errFull  = errors.New("too many connections")
)

// open makes a connection and its 128-bit token.
func (h *hub) open(c caller, now time.Time, random io.Reader) (string, error) {
	if random == nil {
		random = rand.Reader
	}
	raw := make([]byte, 16)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fmt.Errorf("randomness: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(raw)
	h.mu.Lock()
	defer h.mu.Unlock()
	for old, c := range h.connections {
		if now.Sub(c.used) > idleTime {
			close(c.closed)
			delete(h.connections, old)
		}
	}
	if len(h.connections) >= maxConnections {
		return "", errFull
	}
	if h.connections == nil {
		h.connections = map[string]*connection{}
	}
	h.connections[token] = &connection{caller: c, used: now, closed: make(chan struct{})}
	return token, nil
}

// find is the connection of a token, for the page that negotiated it only.
func (h *hub) find(token string, c caller, now time.Time) (*connection, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	found, ok := h.connections[token]
	if !ok {
		return nil, errToken
	}
	if found.caller != c {
		return nil, errBound
	}
	found.used = now
	return found, nil
}

// hang makes ctx the connection's poll and ends the one before.
func (h *hub) hang(ctx context.Context, c *connection, limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.poll != nil {
		c.poll()
	}
	c.poll = cancel
	return ctx, cancel
}

func (h *hub) close(token string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c, ok := h.connections[token]; ok {
		close(c.closed)
		delete(h.connections, token)
	}
}

func callerOf(r *http.Request) caller {
	owner, _ := peer.Of(r.Context()) // checkPeer has seen to the error
	return caller{r.Host, r.Header.Get("Origin"), owner}
}

// hubCall is what all hub requests have in common: CORS with credentials for
// the exact origin, which old clients insist on, no JSONP, bounded calls.
func (d *Door) hubCall(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		switch {
		case r.Method == http.MethodOptions:
			w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
			w.Header().Set("Access-Control-Allow-Headers", "Content-Type, X-Requested-With")
			w.WriteHeader(http.StatusNoContent)
		case r.Method != http.MethodGet && r.Method != http.MethodPost:
			refuse(w, http.StatusMethodNotAllowed, "GET or POST is wanted")
		case r.URL.Query().Has("callback"):
			refuse(w, http.StatusBadRequest, "JSONP is not spoken here")
		default:
			serve(w, r)
		}
	}
}
