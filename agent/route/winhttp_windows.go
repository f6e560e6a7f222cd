package route

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// WinHTTP as far as it is used. Source: Microsoft, "Windows HTTP Services",
// winhttp.h.
var (
	winhttp         = windows.NewLazySystemDLL("winhttp.dll")
	open            = winhttp.NewProc("WinHttpOpen")
	connect         = winhttp.NewProc("WinHttpConnect")
	openRequest     = winhttp.NewProc("WinHttpOpenRequest")
	setTimeouts     = winhttp.NewProc("WinHttpSetTimeouts")
	setOption       = winhttp.NewProc("WinHttpSetOption")
	sendRequest     = winhttp.NewProc("WinHttpSendRequest")
	receiveResponse = winhttp.NewProc("WinHttpReceiveResponse")
	queryHeaders    = winhttp.NewProc("WinHttpQueryHeaders")
	readData        = winhttp.NewProc("WinHttpReadData")
	closeHandle     = winhttp.NewProc("WinHttpCloseHandle")
	proxyForUser    = winhttp.NewProc("WinHttpGetIEProxyConfigForCurrentUser")
	proxyForURL     = winhttp.NewProc("WinHttpGetProxyForUrl")
)

const (
	accessNoProxy     = 1
	accessNamed       = 3
	flagSecure        = 0x00800000
	flagEscapeDisable = 0x00000040
	optionDisable     = 63 // WINHTTP_OPTION_DISABLE_FEATURE
	disableCookies    = 1
	disableRedirects  = 2
	optionAutologon   = 77 // WINHTTP_OPTION_AUTOLOGON_POLICY
	autologonProxy    = 3  // the user's own credentials for proxies, never for servers
	autologonHigh     = 2  // for nobody
	rawHeaders        = 22 // WINHTTP_QUERY_RAW_HEADERS_CRLF
	errResend         = syscall.Errno(12032)
	detectAuto        = 1
	detectScript      = 2
	detectDHCPAndDNS  = 3
)

// handle is an HINTERNET.
type handle uintptr

func (h handle) close() {
	if h != 0 {
		_, _, _ = closeHandle.Call(uintptr(h)) // there is nothing to be done about it
	}
}

// call is a WinHTTP function that answers a BOOL.
func call(p *windows.LazyProc, what string, args ...uintptr) error {
	ok, _, err := p.Call(args...)
	if ok == 0 {
		return fmt.Errorf("%s: %w", what, named(err))
	}
	return nil
}

// grab is one that answers a handle.
func grab(p *windows.LazyProc, what string, args ...uintptr) (handle, error) {
	h, _, err := p.Call(args...)
	if h == 0 {
		return 0, fmt.Errorf("%s: %w", what, named(err))
	}
	return handle(h), nil
}

// names are WinHTTP's own errors, which the system has no text for.
var names = map[syscall.Errno]string{
	12002: "it took too long", 12007: "the name cannot be looked up", 12029: "no connection can be made", 12030: "the connection was broken",
	12152: "the answer is no HTTP", 12175: "the certificate is not trusted or not valid", 12166: "the proxy script has a mistake",
	12167: "the proxy script cannot be fetched", 12180: "no proxy was found automatically",
}

// Error is a WinHTTP error with its number.
type Error struct{ Code syscall.Errno }

// Error says the number and what it means.
func (e Error) Error() string { return fmt.Sprintf("WinHTTP %d: %s", uint32(e.Code), names[e.Code]) }

func named(err error) error {
	if e, ok := err.(syscall.Errno); ok && names[e] != "" {
		return Error{e}
	}
	return err
}

// number sets an option that is a DWORD.
func (h handle) number(option, value uint32) error {
	return call(setOption, "set option", uintptr(h), uintptr(option), uintptr(unsafe.Pointer(&value)), unsafe.Sizeof(value))
}
