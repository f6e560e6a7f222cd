package host

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Door is where an attempt's program asks for its devices to be moved: a POST to
// URL with the header "Authorization: Bearer SECRET" and a Request as JSON. It
// answers 200 and an Answer. It is on the loopback, for one attempt, and shut
// when that has ended.
type Door struct {
	URL    string
	Secret string
	server *http.Server
}

// Request is what a program asks for. The token is the daemon's to know.
type Request struct {
	Device farm.Device `json:"device"`
	Verb   string      `json:"verb"`
	Key    string      `json:"key,omitempty"` // as in Command
}

// Answer is what comes back: of a device, or why not.
type Answer struct {
	Answer string `json:"answer,omitempty"`
	Code   string `json:"code,omitempty"` // stale, lost, unknown, unavailable, unsupported, refused or error; empty when done
	Error  string `json:"error,omitempty"`
}

// OpenDoor opens one for what an actuator holds.
func OpenDoor(a Actuator) (*Door, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d := &Door{URL: "http://" + l.Addr().String() + "/", Secret: rand.Text()}
	d.server = &http.Server{Handler: d.handler(a), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = d.server.Serve(l) }()
	return d, nil
}

// Close shuts it.
func (d *Door) Close() { _ = d.server.Close() }

func (d *Door) handler(a Actuator) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secret, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(secret), []byte(d.Secret)) != 1 {
			http.Error(w, "wrong secret", http.StatusForbidden)
			return
		}
		var q Request
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&q); r.Method != http.MethodPost || err != nil {
			http.Error(w, "POST a request as JSON", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer(a.Do(r.Context(), q.Device, q.Verb, q.Key)))
	})
}

// Ask is the program's side of the door. Errors are those of Actuator.Do.
func Ask(ctx context.Context, url, secret string, q Request) (string, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(string(body)))
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", errors.Join(farm.ErrUnavailable, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the host daemon answers %s", response.Status)
	}
	var a Answer
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		return "", err
	}
	return a.Answer, a.err()
}
