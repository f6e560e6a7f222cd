package vpcd

import (
	"errors"
	"fmt"
	"net"
	"net/url"
)

// ErrURL is wrapped by every error about a reader's address.
var ErrURL = errors.New("vpcd: not an address like vpcd://127.0.0.1:35963")

// ParseURL reads "vpcd://HOST:PORT" and returns HOST:PORT. Errors wrap ErrURL.
func ParseURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrURL, err)
	}
	if u.Scheme != "vpcd" || u.Hostname() == "" || u.Port() == "" || (u.Path != "" && u.Path != "/") {
		return "", fmt.Errorf("%w: %q", ErrURL, s)
	}
	return net.JoinHostPort(u.Hostname(), u.Port()), nil
}
