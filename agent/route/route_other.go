//go:build !windows

package route

import (
	"net/http"
	"net/url"
)

// system is Go's own transport, with the proxy of the environment.
func system() http.RoundTripper { return http.DefaultTransport }

func proxy(r *http.Request) (*url.URL, error) { return http.ProxyFromEnvironment(r) }
