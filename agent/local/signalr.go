package local

import (
	"errors"
	"net/http"
	"strings"
)

// negotiation is the reply that classic clients expect, member by member.
type negotiation struct {
	URL                     string  `json:"Url"`
	ConnectionToken         string  `json:"ConnectionToken"`
	ConnectionID            string  `json:"ConnectionId"`
	KeepAliveTimeout        float64 `json:"KeepAliveTimeout"`
	DisconnectTimeout       float64 `json:"DisconnectTimeout"`
	ConnectionTimeout       float64 `json:"ConnectionTimeout"`
	TryWebSockets           bool    `json:"TryWebSockets"`
	ProtocolVersion         string  `json:"ProtocolVersion"`
	TransportConnectTimeout float64 `json:"TransportConnectTimeout"`
	LongPollDelay           float64 `json:"LongPollDelay"`
}

func (d *Door) negotiate(w http.ResponseWriter, r *http.Request) {
	token, err := d.hub.open(callerOf(r), d.now(), d.Rand)
	if err != nil {
		d.log().Error("no hub connection", "error", err)
		refuse(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	version := "2.0"
	if p := r.URL.Query().Get("clientProtocol"); strings.HasPrefix(p, "1.") {
		version = p
	}
	answer(w, http.StatusOK, negotiation{
		URL: "/signalr", ConnectionToken: token, ConnectionID: token[:8], KeepAliveTimeout: 20,
		DisconnectTimeout: 30, ConnectionTimeout: 110, ProtocolVersion: version, TransportConnectTimeout: 5,
	})
}

// connected finds the connection of a call or refuses it.
func (d *Door) connected(w http.ResponseWriter, r *http.Request) (*connection, bool) {
	c, err := d.hub.find(r.URL.Query().Get("connectionToken"), callerOf(r), d.now())
	switch {
	case errors.Is(err, errBound):
		d.log().Warn("refused a hub token", "error", err)
		refuse(w, http.StatusForbidden, err.Error())
	case err != nil:
		refuse(w, http.StatusBadRequest, err.Error())
	case !longPolling(r):
		refuse(w, http.StatusBadRequest, "longPolling is the only transport here")
	default:
		return c, true
	}
	return nil, false
}

// longPolling refuses forever-frames and the rest. Ping and abort may leave the
// transport out.
func longPolling(r *http.Request) bool {
	t := r.URL.Query().Get("transport")
	return t == "" || t == "longPolling"
}

// messages is a poll's reply: nothing, ever. The server sends no message of its
// own, as results are in the reply to /send.
type messages struct {
	Cursor      string `json:"C"`
	Initialized int    `json:"S,omitempty"`
	Messages    []any  `json:"M"`
}

func (d *Door) connect(w http.ResponseWriter, r *http.Request) {
	if _, ok := d.connected(w, r); ok {
		answer(w, http.StatusOK, messages{Cursor: "d-0", Initialized: 1, Messages: []any{}})
	}
}

func (d *Door) start(w http.ResponseWriter, r *http.Request) {
	if _, ok := d.connected(w, r); ok {
		answer(w, http.StatusOK, map[string]string{"Response": "started"})
	}
}

func (d *Door) ping(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]string{"Response": "pong"})
}

// poll hangs until there is nothing more to wait for.
func (d *Door) poll(w http.ResponseWriter, r *http.Request) {
	c, ok := d.connected(w, r)
	if !ok {
		return
	}
	if _, ok := read(w, r, maxBody); !ok {
		return
	}
	limit := d.PollTime
	if limit == 0 {
		limit = defaultPoll
	}
	ctx, cancel := d.hub.hang(r.Context(), c, limit)
	defer cancel()
	select {
	case <-ctx.Done():
	case <-c.closed:
	}
	answer(w, http.StatusOK, messages{Cursor: "d-0", Messages: []any{}})
}

func (d *Door) abort(w http.ResponseWriter, r *http.Request) {
	if _, ok := d.connected(w, r); ok {
		d.hub.close(r.URL.Query().Get("connectionToken"))
		w.WriteHeader(http.StatusOK)
	}
}

// hubs is the script of generated proxies. Public clients make their own.
func (d *Door) hubs(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/javascript; charset=utf-8")
	_, _ = w.Write([]byte("/* hubs: signingHub.requestToSign, authenticationHub.requestToAuthenticate */\n"))
}
