package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
)

// Results is what the FIDO Alliance's tools post when they are done.
type Results struct {
	AllTestsSelected bool     `json:"allTestsSelected"`
	Passed           int      `json:"passedTestsCount"`
	Failed           int      `json:"failedTestsCount"`
	FailedTests      []string `json:"failedTests"`
}

// Actuator offers the gadgets of this bench to other tools, in the words of
// styles fido and pico. A request is answered with 204 when it is done, with 501
// where the gadget cannot, with 502 and why where it did not. Only programs on
// this machine are heard, and no web pages: a page that a browser shows here must
// not pull a reader's plug.
type Actuator struct {
	Device  device.Device                                // for style fido; nil has none
	Ports   func(port string) (device.Device, bool)      // for style pico; nil has none
	Results func(Results)                                // hears how the tools fared; may be nil
	Done    func(r *http.Request, act string, err error) // for logs; may be nil
}

// ServeHTTP answers one request.
func (a Actuator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !local(r.Host) || fromPage(r.Header.Get("Origin")) {
		http.Error(w, "only programs on this machine are heard", http.StatusForbidden)
		return
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /conformance/userpresence", a.fido(func(d device.Device, r *http.Request) error { return d.Press(r.Context(), device.Touch) }))
	mux.HandleFunc("POST /conformance/powercycle", a.fido(func(d device.Device, r *http.Request) error { return device.Cycle(r.Context(), d) }))
	mux.HandleFunc("POST /conformance/results", a.results)
	mux.HandleFunc("POST /{usb}/{what}/{turn}", a.pico)
	mux.ServeHTTP(w, r)
}

// local holds for names of this machine's loopback: a page that had its own name
// point here is not.
func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// fromPage holds for web pages. Desktop tools have no origin, or a file's.
func fromPage(origin string) bool { return origin != "" && origin != "null" && origin != "file://" }

func (a Actuator) fido(do func(device.Device, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if a.Device == nil {
			http.NotFound(w, r)
			return
		}
		a.answer(w, r, do(a.Device, r))
	}
}

// pico is /usb{port}/power/on and its kin. A touch is one whole press at "on".
func (a Actuator) pico(w http.ResponseWriter, r *http.Request) {
	port, ok := strings.CutPrefix(r.PathValue("usb"), "usb")
	if !ok || a.Ports == nil {
		http.NotFound(w, r)
		return
	}
	d, ok := a.Ports(port)
	if !ok {
		http.Error(w, "there is no port "+port, http.StatusNotFound)
		return
	}
	switch r.PathValue("what") + "/" + r.PathValue("turn") {
	case "power/on":
		a.answer(w, r, d.PowerOn(r.Context()))
	case "power/off":
		a.answer(w, r, d.PowerOff(r.Context()))
	case "touch/on":
		a.answer(w, r, d.Press(r.Context(), device.Touch))
	case "touch/off":
		a.answer(w, r, nil)
	default:
		http.NotFound(w, r)
	}
}

func (a Actuator) results(w http.ResponseWriter, r *http.Request) {
	var results Results
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&results); err != nil {
		http.Error(w, fmt.Sprint("these are no results: ", err), http.StatusBadRequest)
		return
	}
	if a.Results != nil {
		a.Results(results)
	}
	w.WriteHeader(http.StatusNoContent)
}

func (a Actuator) answer(w http.ResponseWriter, r *http.Request, err error) {
	if a.Done != nil {
		a.Done(r, strings.TrimPrefix(r.URL.Path, "/"), err)
	}
	switch {
	case err == nil:
		w.WriteHeader(http.StatusNoContent)
	case errors.Is(err, device.ErrUnsupported):
		http.Error(w, err.Error(), http.StatusNotImplemented)
	default:
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
}
