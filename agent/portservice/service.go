package portservice

import (
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/local"
	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// Service is the system service. The zero value works: it then trusts only the
// origins that a user's own agent names, and answers them only to that user.
type Service struct {
	// Settings name further login and signing origins for every user.
	Settings settings.Settings
	Log      *slog.Logger // zero is silence
	// Peer names the owner of a browser's connection; zero asks the kernel.
	Peer func(local, remote netip.AddrPort) (peer.Owner, error)
	// Registrant names the other end of an agent's connection; zero asks the
	// kernel.
	Registrant func(net.Conn) (Registrant, error)
	// Sessions says who is logged in; zero asks the system.
	Sessions Sessions
	// Ready, if set, is called once every door is open.
	Ready func()

	registry registry
}

// fault is the error of GetPortNumber, in both spellings clients read.
type fault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// faultOld is the older spelling.
type faultOld struct {
	Code    string `json:"Code"`
	Message string `json:"Message"`
}

// codeNoAgent and its text are what the public service answers.
const (
	codeNoAgent = "PR30007"
	textNoAgent = "Request failed due to unknown exception. Exception=Unable to find CM process for user"
)

// handler serves one port.
func (s *Service) handler(port int) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /PRS/ConnectPRService", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"statusCode": "200"})
	})
	mux.HandleFunc("GET /PRS/GetPortNumber", s.portNumber)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		harden(w.Header())
		if s.admit(w, r, port) {
			mux.ServeHTTP(w, r)
		}
	})
}

func harden(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Add("Vary", "Origin")
}

// admit checks Host, then whether the kernel knows the caller, then Origin.
func (s *Service) admit(w http.ResponseWriter, r *http.Request, port int) bool {
	if !local.Addressed(r, port) {
		return refuse(w, http.StatusMisdirectedRequest, "this host is not served here")
	}
	owner, err := peer.Of(r.Context())
	if err != nil {
		s.log().Warn("refused a peer", "error", err)
		return refuse(w, http.StatusForbidden, "the caller is not known")
	}
	origins := r.Header["Origin"]
	if len(origins) == 0 {
		return true // not a page of another origin: no CORS, nothing secret
	}
	if len(origins) != 1 || !s.trusts(owner, origins[0]) {
		s.log().Warn("refused an origin", "origin", origins, "user", owner.User)
		return refuse(w, http.StatusForbidden, "this origin is not allowed")
	}
	w.Header().Set("Access-Control-Allow-Origin", origins[0])
	w.Header().Set("Access-Control-Allow-Credentials", "true")
	return true
}

// trusts an origin of the settings, or of the caller's own agent.
func (s *Service) trusts(owner peer.Owner, origin string) bool {
	if s.Settings.KnownOrigin(origin) {
		return true
	}
	a, ok := s.registry.of(owner)
	return ok && settings.Settings{SigningOrigins: a.origins}.SigningOrigin(origin)
}

func (s *Service) portNumber(w http.ResponseWriter, r *http.Request) {
	owner, _ := peer.Of(r.Context())
	a, ok := s.registry.of(owner)
	if !ok {
		answer(w, http.StatusOK, map[string]any{"portData": nil,
			"faultException": fault{codeNoAgent, textNoAgent}, "FaultException": faultOld{codeNoAgent, textNoAgent}})
		return
	}
	answer(w, http.StatusOK, map[string]any{"portData": map[string]int{"portNumber": a.port}, "faultException": nil})
}

// server of one port.
func (s *Service) server(port int) *http.Server {
	find := s.Peer
	if find == nil {
		find = peer.Find
	}
	return &http.Server{Handler: s.handler(port), ConnContext: peer.Remember(find),
		ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
}

func (s *Service) log() *slog.Logger {
	if s.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.Log
}

func refuse(w http.ResponseWriter, code int, text string) bool {
	answer(w, code, map[string]string{"error": text})
	return false
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v)
}
