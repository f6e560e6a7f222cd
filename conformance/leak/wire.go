package leak

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

// Wire is a proxy in front of an HTTP server that keeps every JWT that passes.
type Wire struct {
	server *http.Server
	mu     sync.Mutex
	tokens map[string]bool
}

// jwt is a compact JWS (RFC 7515 section 7.1).
var jwt = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+`)

// Tap listens at an address and passes everything on to the server with this URL,
// which hears the address's own Host.
func Tap(address, behind string) (*Wire, error) {
	to, err := url.Parse(behind)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	w := &Wire{tokens: map[string]bool{}}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
		r.Out.Body = w.keep(r.Out.Body)
	}, ModifyResponse: func(r *http.Response) error {
		r.Body = w.keep(r.Body)
		return nil
	}}
	w.server = &http.Server{Handler: proxy, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = w.server.Serve(l) }()
	return w, nil
}

// Provider starts an identity service whose issuer is at an address, where a Wire is
// tapped in front of it. The caller closes both.
func Provider(address string) (*mockcis2.Server, *Wire, error) {
	first := &mockcis2.Server{} // for the path that its mode gives an issuer
	if err := first.Start(); err != nil {
		return nil, nil, err
	}
	path := strings.TrimPrefix(first.Issuer(), first.URL())
	s := &mockcis2.Server{IssuerURL: "http://" + address + path}
	if err := errors.Join(first.Close(), s.Start()); err != nil {
		return nil, nil, err
	}
	w, err := Tap(address, s.URL())
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return s, w, nil
}

// Close lets nothing pass any more.
func (w *Wire) Close() error { return w.server.Close() }

// keep looks at a whole body of ours and hands it on.
func (w *Wire) keep(body io.ReadCloser) io.ReadCloser {
	if body == nil {
		return nil
	}
	raw, _ := io.ReadAll(body)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, token := range jwt.FindAllString(string(raw), -1) {
		w.tokens[token] = true
	}
	return io.NopCloser(bytes.NewReader(raw))
}

// Add has all tokens so far looked for, and says how many there are.
func (w *Wire) Add(to Wanted) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	for token := range w.tokens {
		to.Token(fmt.Sprintf("token %d", len(to)), token)
	}
	return len(w.tokens)
}
