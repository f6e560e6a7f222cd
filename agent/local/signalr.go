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
		URL: "/signalr", ConnectionToken: token, ConnectionID: token[:8], KeepAliveTimeout: 2 * keepAlive.Seconds(), TryWebSockets: true,
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
	default:
		if _, ok := transport(r); ok {
			return c, true
		}
		refuse(w, http.StatusBadRequest, "the transports here are webSockets, serverSentEvents and longPolling")
	}
	return nil, false
}

// The transports. Forever-frames and JSONP are not spoken: both put an answer
// where another page can read it.
const (
	longPolling = "longPolling"
	events      = "serverSentEvents"
	webSockets  = "webSockets"
)

// transport is the one that a call names. Ping and abort may leave it out.
func transport(r *http.Request) (string, bool) {
	t := r.URL.Query().Get("transport")
	return t, t == "" || t == longPolling || t == events || t == webSockets
}

// connect begins a transport.
func (d *Door) connect(w http.ResponseWriter, r *http.Request) {
	d.attach(w, r, messages{Cursor: "d-0", Initialized: 1, Messages: []progress{}})
}

// reconnect goes on with a stream that broke.
func (d *Door) reconnect(w http.ResponseWriter, r *http.Request) {
	d.attach(w, r, messages{Cursor: "d-0", Messages: []progress{}})
}

func (d *Door) attach(w http.ResponseWriter, r *http.Request, first messages) {
	c, ok := d.connected(w, r)
	if !ok {
		return
	}
	switch t, _ := transport(r); {
	case t == events && r.Method == http.MethodGet:
		d.events(w, r, c, first)
	case t == webSockets && r.Method == http.MethodGet:
		d.socket(w, r, c, first)
	case t == longPolling:
		answer(w, http.StatusOK, first)
	default:
		refuse(w, http.StatusBadRequest, "a transport is wanted, and GET for a stream")
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
