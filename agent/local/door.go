// Package local is the agent's loopback door: who may knock, and the two
// languages spoken there, the hub's wire protocol and strict JSON (PROTOCOL.md
// §3 and §4).
//
// Every request passes the same three checks before anything else looks at it:
// the Host it was sent to, the owner of the peer's socket, and the page's
// Origin.
package local

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
	"github.com/smartcard-connect/smartcard-connect/agent/signin"
	"github.com/smartcard-connect/smartcard-connect/agent/signing"
)

// Wish is what a page wants of the person. ID and Issuer are a sign-in's,
// Argument is a signature's.
type Wish struct {
	Origin   string
	Issuer   settings.Issuer
	ID       string
	Argument string
	// Tell, if set, hears the wish's place in the queue whenever it changes: 1
	// is the next turn.
	Tell func(position int)
}

// Door serves one user. Fields up to Owner are required.
type Door struct {
	Port     int
	Settings settings.Settings
	SignIn   func(context.Context, Wish) signin.Result
	Sign     func(context.Context, Wish) signing.Response
	Owner    peer.Owner       // whose agent this is
	Now      func() time.Time // zero is time.Now
	Rand     io.Reader        // zero is crypto/rand
	Log      *slog.Logger     // zero is silence
	PollTime time.Duration    // how long a poll hangs; zero is 60 s
	// Position is the place of an origin's sign-in: 0 is on the screen. Zero
	// knows none.
	Position func(origin, id string) (position int, ok bool)

	once   sync.Once
	routes http.Handler
	hub    hub
	rate   rate
}

// ServeHTTP is the door. The server's ConnContext must be peer.Remember's.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.once.Do(d.build)
	harden(w.Header())
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // the request before set its own
	if !d.checkHost(w, r) || !d.checkPeer(w, r) || !d.checkOrigin(w, r) {
		return
	}
	d.routes.ServeHTTP(w, r)
}

func (d *Door) build() {
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/status", d.status)
	mux.HandleFunc("/v1/authenticate", d.authenticate)
	mux.HandleFunc("/v1/requests/{id}", d.place)
	mux.HandleFunc("/signalr/negotiate", d.hubCall(d.negotiate))
	mux.HandleFunc("/signalr/connect", d.hubCall(d.connect))
	mux.HandleFunc("/signalr/reconnect", d.hubCall(d.reconnect))
	mux.HandleFunc("/signalr/start", d.hubCall(d.start))
	mux.HandleFunc("/signalr/send", d.hubCall(d.send))
	mux.HandleFunc("/signalr/poll", d.hubCall(d.poll))
	mux.HandleFunc("/signalr/ping", d.hubCall(d.ping))
	mux.HandleFunc("/signalr/abort", d.hubCall(d.abort))
	mux.HandleFunc("/signalr/hubs", d.hubCall(d.hubs))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, "there is nothing here")
	})
	d.routes = mux
}

// harden sets what every answer of the door carries.
func harden(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Add("Vary", "Origin")
}

func (d *Door) now() time.Time {
	if d.Now == nil {
		return time.Now()
	}
	return d.Now()
}

func (d *Door) log() *slog.Logger {
	if d.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return d.Log
}
