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
// idleTime without any call, or when its page makes too many.
const (
	maxConnections = 64
	maxOfOrigin    = 16
	maxCalls       = 4 // invocations of one connection at once
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

// connection is one page's. Its hub's lock guards it.
type connection struct {
	caller
	used   time.Time
	busy   int                // polls, streams and invocations that run
	calls  int                // invocations among them
	end    context.CancelFunc // of the poll or stream that runs
	closed chan struct{}
	box    map[string]int // newest position by invocation, not told yet
	news   chan struct{}  // holds one when box does
	sent   int            // messages so far, for the cursor
}

// Refusals of a token.
var (
	errToken = errors.New("the connection token is not known")
	errBound = errors.New("the connection token belongs to another page")
	errFull  = errors.New("too many connections")
	errCalls = errors.New("too many invocations of this connection are running")
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
	if !h.room(c.origin, now) {
		return "", errFull
	}
	if h.connections == nil {
		h.connections = map[string]*connection{}
	}
	h.connections[token] = &connection{caller: c, used: now, closed: make(chan struct{}), box: map[string]int{}, news: make(chan struct{}, 1)}
	return token, nil
}

// room drops what is idle, and the origin's own longest idle one when it has
// too many: pages that are left do not always say so. The lock is held.
func (h *hub) room(origin string, now time.Time) bool {
	own, oldest := 0, ""
	for token, c := range h.connections {
		if c.busy == 0 && now.Sub(c.used) > idleTime {
			h.drop(token)
			continue
		}
		if c.origin != origin {
			continue
		}
		own++
		if c.busy == 0 && (oldest == "" || c.used.Before(h.connections[oldest].used)) {
			oldest = token
		}
	}
	if own >= maxOfOrigin && oldest != "" {
		h.drop(oldest)
		own--
	}
	return own < maxOfOrigin && len(h.connections) < maxConnections
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

// hang makes ctx the connection's poll or stream and ends the one before. leave
// is called at its end.
func (h *hub) hang(ctx context.Context, c *connection, now func() time.Time) (hung context.Context, leave func()) {
	ctx, cancel := context.WithCancel(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.end != nil {
		c.end()
	}
	c.end = cancel
	c.busy++
	return ctx, func() {
		cancel()
		h.mu.Lock()
		defer h.mu.Unlock()
		c.busy--
		c.used = now()
	}
}

// call counts an invocation. done is called at its end.
func (h *hub) call(c *connection, id string, now func() time.Time) (done func(), err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.calls >= maxCalls {
		return nil, errCalls
	}
	c.calls++
	c.busy++
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		c.calls--
		c.busy--
		delete(c.box, id)
		c.used = now()
	}, nil
}

// tell leaves an invocation's position for the page. A newer one replaces it,
// so that a page which does not read holds nothing.
func (h *hub) tell(c *connection, id string, position int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.box[id] = position
	select {
	case c.news <- struct{}{}:
	default:
	}
}

func (h *hub) close(token string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.connections[token]; ok {
		h.drop(token)
	}
}

// drop forgets a connection and ends what hangs on it. The lock is held.
func (h *hub) drop(token string) {
	close(h.connections[token].closed)
	delete(h.connections, token)
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
			preflight(w, r, "GET, POST", "Content-Type, X-Requested-With")
		case r.Method != http.MethodGet && r.Method != http.MethodPost:
			refuse(w, http.StatusMethodNotAllowed, "GET or POST is wanted")
		case r.URL.Query().Has("callback"):
			refuse(w, http.StatusBadRequest, "JSONP is not spoken here")
		default:
			serve(w, r)
		}
	}
}

// preflight answers a page that may ask. Browsers that split the network into
// address spaces ask under one of two names (Private Network Access; its
// successor Local Network Access asks the person instead and sends neither).
func preflight(w http.ResponseWriter, r *http.Request, methods, headers string) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", methods)
	h.Set("Access-Control-Allow-Headers", headers)
	h.Set("Access-Control-Max-Age", "60")
	for _, space := range []string{"Private-Network", "Local-Network"} {
		if r.Header.Get("Access-Control-Request-"+space) == "true" {
			h.Set("Access-Control-Allow-"+space, "true")
		}
	}
	w.WriteHeader(http.StatusNoContent)
}
