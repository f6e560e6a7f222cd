// Package route is how the agent gets to an identity service: as the system
// would, with its proxy, the script that chooses one (PAC), the signed-in
// user's own authentication to it, and the system's roots. On Windows that is
// WinHTTP; elsewhere it is the proxy of the environment. Calls to this computer
// itself go straight there.
package route

import (
	"net"
	"net/http"
	"net/url"
)

// Transport is the way. It follows no redirect and keeps no cookie.
func Transport() http.RoundTripper { return direct{&http.Transport{Proxy: nil}, system()} }

// Proxy is the proxy that a request would take, nil for none. The error says
// why it cannot be known.
func Proxy(r *http.Request) (*url.URL, error) {
	if loopback(r.URL) {
		return nil, nil
	}
	return proxy(r)
}

// direct takes calls to this computer past every proxy.
type direct struct{ here, there http.RoundTripper }

// RoundTrip is http.RoundTripper's.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if loopback(r.URL) {
		return d.here.RoundTrip(r)
	}
	return d.there.RoundTrip(r)
}

// CloseIdleConnections is what http.Client looks for: the buffers of a
// connection that is kept hold what was last said.
func (d direct) CloseIdleConnections() {
	for _, way := range []http.RoundTripper{d.here, d.there} {
		if c, ok := way.(interface{ CloseIdleConnections() }); ok {
			c.CloseIdleConnections()
		}
	}
}

func loopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
