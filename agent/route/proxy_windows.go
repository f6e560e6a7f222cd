package route

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// userProxy is WINHTTP_CURRENT_USER_IE_PROXY_CONFIG.
type userProxy struct {
	detect                int32
	script, proxy, bypass *uint16
}

// autoProxy is WINHTTP_AUTOPROXY_OPTIONS.
type autoProxy struct {
	flags, detect uint32
	script        *uint16
	_             uintptr
	_             uint32
	autologon     int32
}

// proxyInfo is WINHTTP_PROXY_INFO.
type proxyInfo struct {
	access        uint32
	proxy, bypass *uint16
}

// proxy is the first one that WinHTTP would try.
func proxy(r *http.Request) (*url.URL, error) {
	list, bypass, err := proxies(r)
	if err != nil {
		return nil, err
	}
	return choose(list, bypass, r.URL)
}

// proxies asks what the user has set, and the script where one is named: a
// list to try in order, and hosts that need none. What WinHTTP allocated is
// freed.
func proxies(r *http.Request) (list, bypass string, err error) {
	var user userProxy
	if err := call(proxyForUser, "proxy of the user", uintptr(unsafe.Pointer(&user))); err != nil {
		return "", "", err
	}
	defer free(user.script, user.proxy, user.bypass)
	if user.script != nil || user.detect != 0 {
		list, bypass, err := byScript(r, user)
		if err == nil || user.script != nil {
			return list, bypass, err
		}
	}
	return windows.UTF16PtrToString(user.proxy), windows.UTF16PtrToString(user.bypass), nil
}

func byScript(r *http.Request, user userProxy) (list, bypass string, err error) {
	session, err := grab(open, "open", 0, accessNoProxy, 0, 0, 0)
	if err != nil {
		return "", "", err
	}
	defer session.close()
	address, err := windows.UTF16PtrFromString(r.URL.String())
	if err != nil {
		return "", "", err
	}
	options := autoProxy{flags: detectAuto, detect: detectDHCPAndDNS, autologon: 1}
	if user.script != nil {
		options = autoProxy{flags: detectScript, script: user.script, autologon: 1}
	}
	var info proxyInfo
	if err := call(proxyForURL, "proxy script", uintptr(session), uintptr(unsafe.Pointer(address)), uintptr(unsafe.Pointer(&options)), uintptr(unsafe.Pointer(&info))); err != nil {
		return "", "", err
	}
	defer free(info.proxy, info.bypass)
	return windows.UTF16PtrToString(info.proxy), windows.UTF16PtrToString(info.bypass), nil
}

func free(all ...*uint16) {
	for _, p := range all {
		if p != nil {
			_, _ = windows.LocalFree(windows.Handle(unsafe.Pointer(p))) // GlobalFree is the same
		}
	}
}

// choose reads a list of proxies, "host:port" or "http=host:port;https=…",
// and a list of hosts that need none.
func choose(list, bypass string, u *url.URL) (*url.URL, error) {
	for _, b := range strings.FieldsFunc(bypass, separator) {
		if bypassed(b, u.Hostname()) {
			return nil, nil
		}
	}
	for _, p := range strings.FieldsFunc(list, separator) {
		scheme, host, has := strings.Cut(p, "=")
		if !has {
			scheme, host = u.Scheme, p
		}
		if scheme != u.Scheme {
			continue
		}
		host = strings.TrimPrefix(host, "http://")
		if host == "" || strings.ContainsAny(host, "/@ ") {
			return nil, fmt.Errorf("%q is no proxy", p)
		}
		return &url.URL{Scheme: "http", Host: host}, nil
	}
	return nil, nil
}

func separator(c rune) bool { return c == ';' || c == ' ' }

// bypassed knows "<local>" and a star at either end.
func bypassed(pattern, host string) bool {
	switch {
	case pattern == "<local>":
		return !strings.Contains(host, ".")
	case strings.HasPrefix(pattern, "*"):
		return strings.HasSuffix(host, pattern[1:])
	case strings.HasSuffix(pattern, "*"):
		return strings.HasPrefix(host, pattern[:len(pattern)-1])
	}
	return strings.EqualFold(pattern, host)
}
