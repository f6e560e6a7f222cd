package route

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// most bounds an answer, in bytes; patience a step of an exchange that has no
// deadline.
const (
	most     = 4 << 20
	patience = 30 * time.Second
)

func system() http.RoundTripper { return winHTTP{} }

// winHTTP sends each request by itself. An agent makes a handful a sign-in.
type winHTTP struct{}

// RoundTrip is http.RoundTripper's. When the context ends first, the exchange
// is left to its own time limits, which are the context's.
func (winHTTP) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		raw, err := io.ReadAll(io.LimitReader(r.Body, most))
		if err = errors.Join(err, r.Body.Close()); err != nil {
			return nil, err
		}
		body = raw
	}
	type answer struct {
		resp *http.Response
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		resp, err := exchange(r, body)
		done <- answer{resp, err}
	}()
	select {
	case a := <-done:
		return a.resp, a.err
	case <-r.Context().Done():
		return nil, context.Cause(r.Context())
	}
}

// exchange is one request and its whole answer.
func exchange(r *http.Request, body []byte) (*http.Response, error) {
	x := &exchanging{r: r}
	defer x.close()
	for _, step := range []func() error{x.open, x.options, func() error { return x.send(body) }} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return x.answer()
}

// exchanging are the handles of one exchange.
type exchanging struct {
	r                            *http.Request
	session, connection, request handle
}

func (x *exchanging) close() {
	x.request.close()
	x.connection.close()
	x.session.close()
}

func (x *exchanging) open() (err error) {
	u := x.r.URL
	agent, err := windows.UTF16PtrFromString("smartcard-connect")
	if err != nil {
		return err
	}
	host, err := windows.UTF16PtrFromString(u.Hostname())
	if err != nil {
		return err
	}
	verb, err := windows.UTF16PtrFromString(x.r.Method)
	if err != nil {
		return err
	}
	object, err := windows.UTF16PtrFromString(u.RequestURI())
	if err != nil {
		return err
	}
	if x.session, err = session(x.r, agent); err != nil {
		return err
	}
	if x.connection, err = grab(connect, "connect", uintptr(x.session), uintptr(unsafe.Pointer(host)), uintptr(port(u)), 0); err != nil {
		return err
	}
	flags := uintptr(flagEscapeDisable)
	if u.Scheme == "https" {
		flags |= flagSecure
	}
	x.request, err = grab(openRequest, "open request", uintptr(x.connection), uintptr(unsafe.Pointer(verb)), uintptr(unsafe.Pointer(object)), 0, 0, 0, flags)
	return err
}

// session has the proxies for one request. A script that cannot be fetched or
// run is as none, as in browsers.
func session(r *http.Request, agent *uint16) (handle, error) {
	list, bypass, err := proxies(r)
	if err != nil || list == "" {
		return grab(open, "open", uintptr(unsafe.Pointer(agent)), accessNoProxy, 0, 0, 0)
	}
	by, err := windows.UTF16PtrFromString(list)
	if err != nil {
		return 0, err
	}
	var past *uint16
	if bypass != "" {
		if past, err = windows.UTF16PtrFromString(bypass); err != nil {
			return 0, err
		}
	}
	return grab(open, "open", uintptr(unsafe.Pointer(agent)), accessNamed, uintptr(unsafe.Pointer(by)), uintptr(unsafe.Pointer(past)), 0)
}

func port(u *url.URL) int {
	if n, err := strconv.Atoi(u.Port()); err == nil {
		return n
	}
	return map[string]int{"https": 443, "http": 80}[u.Scheme]
}

// options: no redirects, no cookies, the user's credentials for a proxy and
// never for a server, and the context's time.
func (x *exchanging) options() error {
	left := patience
	if at, ok := x.r.Context().Deadline(); ok {
		left = max(min(left, time.Until(at)), time.Millisecond)
	}
	ms := uintptr(left.Milliseconds())
	if err := call(setTimeouts, "set timeouts", uintptr(x.request), ms, ms, ms, ms); err != nil {
		return err
	}
	if err := x.request.number(optionDisable, disableCookies|disableRedirects); err != nil {
		return err
	}
	if x.request.number(optionAutologon, autologonProxy) == nil {
		return nil
	}
	return x.request.number(optionAutologon, autologonHigh) // before Windows 10 1809: for nobody
}

func (x *exchanging) send(body []byte) error {
	var text bytes.Buffer
	if err := x.r.Header.Write(&text); err != nil {
		return err
	}
	headers, err := windows.UTF16FromString(text.String())
	if err != nil {
		return err
	}
	var first unsafe.Pointer
	if len(body) > 0 {
		first = unsafe.Pointer(&body[0])
	}
	for range 5 { // a proxy's authentication may need the request again
		err = call(sendRequest, "send", uintptr(x.request), uintptr(unsafe.Pointer(&headers[0])), uintptr(len(headers)-1),
			uintptr(first), uintptr(len(body)), uintptr(len(body)), 0)
		if err != nil {
			return err
		}
		if err = call(receiveResponse, "receive", uintptr(x.request), 0); !errors.Is(err, errResend) {
			return err
		}
	}
	return err
}

// answer reads head and body.
func (x *exchanging) answer() (*http.Response, error) {
	head, err := x.head()
	if err != nil {
		return nil, err
	}
	resp, err := parse(head)
	if err != nil {
		return nil, err
	}
	body, err := x.body()
	if err != nil {
		return nil, err
	}
	resp.Body, resp.ContentLength, resp.Request = io.NopCloser(bytes.NewReader(body)), int64(len(body)), x.r
	return resp, nil
}

func (x *exchanging) head() (string, error) {
	var size uint32
	_ = call(queryHeaders, "size of headers", uintptr(x.request), rawHeaders, 0, 0, uintptr(unsafe.Pointer(&size)), 0) // says the size by failing
	if size == 0 || size > 1<<20 {
		return "", fmt.Errorf("an answer with %d bytes of headers", size)
	}
	text := make([]uint16, size/2+1)
	err := call(queryHeaders, "headers", uintptr(x.request), rawHeaders, 0, uintptr(unsafe.Pointer(&text[0])), uintptr(unsafe.Pointer(&size)), 0)
	return windows.UTF16ToString(text), err
}

// parse reads a status line and headers.
func parse(head string) (*http.Response, error) {
	line, rest, _ := strings.Cut(head, "\r\n")
	proto, status, _ := strings.Cut(line, " ")
	code, err := strconv.Atoi(status[:min(3, len(status))])
	if err != nil {
		return nil, fmt.Errorf("an answer that begins %.40q", line)
	}
	headers, err := textproto.NewReader(bufio.NewReader(strings.NewReader(strings.TrimRight(rest, "\r\n") + "\r\n\r\n"))).ReadMIMEHeader()
	if err != nil && len(headers) == 0 && rest != "" {
		return nil, err
	}
	return &http.Response{Status: status, StatusCode: code, Proto: proto, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header(headers)}, nil
}

func (x *exchanging) body() ([]byte, error) {
	var all []byte
	part := make([]byte, 32<<10)
	for {
		var n uint32
		if err := call(readData, "read", uintptr(x.request), uintptr(unsafe.Pointer(&part[0])), uintptr(len(part)), uintptr(unsafe.Pointer(&n))); err != nil {
			return nil, err
		}
		if n == 0 {
			return all, nil
		}
		if all = append(all, part[:n]...); len(all) > most {
			return nil, fmt.Errorf("an answer of more than %d bytes", most)
		}
	}
}
