package fault

import (
	"net/http"
	"strconv"
	"time"
)

// wait lets so many milliseconds go by, or the request or the server end.
func (c *Call) wait() {
	t := time.NewTimer(time.Duration(c.values.number("ms")) * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
	case <-c.request.Context().Done():
	}
}

// htmlError answers as a proxy before the provider does.
func htmlError(status int) func(*Call, http.ResponseWriter) bool {
	return func(_ *Call, w http.ResponseWriter) bool {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<html><head><title>" + http.StatusText(status) + "</title></head><body><h1>" + strconv.Itoa(status) + " " + http.StatusText(status) + "</h1></body></html>\n"))
		return true
	}
}

// sever sends half of a body and breaks the connection. It panics with
// http.ErrAbortHandler, which net/http expects.
func sever(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
	w.WriteHeader(status)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush() // without it nothing would be sent
	panic(http.ErrAbortHandler)
}
