// Package door is ways an agent's door could be wrong. A real agent with such a
// fault does not exist here, so the fault stands between page and agent and
// makes a right agent look like a wrong one. It proves that the checks of the
// door can fail.
package door

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Cell is what a fault may need to know about where it is.
type Cell struct {
	Port          int    // the agent's
	LoginOrigin   string // the issuer's
	SigningOrigin string
}

// Fault is one way. Ask changes a request to the agent, Answer and Status what
// comes back; those not set do nothing.
type Fault struct {
	ID, Title, Why string
	Ask            func(Cell, *http.Request)
	Answer         func(reply map[string]any, h http.Header)
	Status         func(code int) int
}

// All is every fault there is.
var All = []Fault{
	anyOrigin,
	anySigningOrigin,
	anyHost,
	statusLost,
	cardStatusLost,
	requestStatusLost,
	ticketGarbled,
	signatureWrong,
	corsOpen,
	portWrong,
	alwaysOK,
	alwaysSuccess,
	statusTalks,
	statusNumber,
	oneLoopback,
	noPrivateNetwork,
	oneTransport,
	socketsHidden,
	placeLost,
	progressLost,
	sameForAll,
}

// Transport carries requests through the faults with these IDs, in order. The
// issuer's origin and the agent's port are where the cell is.
func Transport(ids []string, c Cell, next http.RoundTripper) (http.RoundTripper, error) {
	for _, id := range ids {
		f, ok := find(id)
		if !ok {
			return nil, fmt.Errorf("nobody knows the fault %q", id)
		}
		next = carrier{f, c, next}
	}
	return next, nil
}

func find(id string) (Fault, bool) {
	for _, f := range All {
		if f.ID == id {
			return f, true
		}
	}
	return Fault{}, false
}

// carrier puts one fault around requests to the agent and the port service, and
// leaves the provider's alone.
type carrier struct {
	fault Fault
	cell  Cell
	next  http.RoundTripper
}

// RoundTrip is one request.
func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	if !local(r.URL) {
		return c.next.RoundTrip(r)
	}
	if c.fault.Ask != nil {
		r = r.Clone(r.Context())
		c.fault.Ask(c.cell, r)
	}
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		return resp, err
	}
	if c.fault.Status != nil {
		resp.StatusCode = c.fault.Status(resp.StatusCode)
	}
	if c.fault.Answer == nil {
		return resp, nil
	}
	if err := rewrite(resp, c.fault.Answer); err != nil {
		return nil, err
	}
	return resp, nil
}

func local(u *url.URL) bool {
	for _, prefix := range []string{"/v1/", "/signalr/", "/PRS/"} {
		if strings.HasPrefix(u.Path, prefix) {
			return true
		}
	}
	return false
}

// rewrite lets the fault change a JSON object in the answer; an answer that is
// none passes with its header changed.
func rewrite(resp *http.Response, change func(map[string]any, http.Header)) error {
	raw, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return err
	}
	reply := map[string]any{}
	isObject := json.Unmarshal(raw, &reply) == nil
	change(reply, resp.Header)
	if isObject {
		if raw, err = json.Marshal(reply); err != nil {
			return err
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(raw))
	resp.ContentLength = int64(len(raw))
	resp.Header.Set("Content-Length", strconv.Itoa(len(raw)))
	return nil
}

// inner is the object itself, or the result inside a hub's reply.
func inner(reply map[string]any) map[string]any {
	if r, ok := reply["R"].(map[string]any); ok {
		return r
	}
	return reply
}
