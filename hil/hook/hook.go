// Package hook tells another program how runs and cells ended: a POST of JSON to
// its address, signed, and sent again until it is taken.
//
// A message waits in a folder until it was taken, so that none is lost when the
// hub dies; it may arrive twice, with the same X-Hil-Delivery. The receiver
// checks X-Hil-Signature, which is "sha256=" and the HMAC-SHA256 in hexadecimal
// (RFC 2104) of X-Hil-Timestamp, a full stop, and the body, and refuses a
// timestamp that is old.
package hook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Headers of a message.
const (
	DeliveryHeader  = "X-Hil-Delivery"  // the same each time that a message is sent
	TimestampHeader = "X-Hil-Timestamp" // Unix seconds
	SignatureHeader = "X-Hil-Signature"
)

// Hook is where to tell, and what waits to be told. Make one with New.
type Hook struct {
	Settings
	wake chan struct{}

	mu   sync.Mutex
	sent map[string]int // by outcome
}

// Settings of a hook. All but Log, First, Most and Age are needed.
type Settings struct {
	URL    string // http only to this machine
	Secret []byte // of the signature; at least 16 bytes
	Folder string // where messages wait
	Now    func() time.Time
	Log    *slog.Logger
	First  time.Duration // wait after the first failure, doubled each time; zero is a second
	Most   time.Duration // the longest wait; zero is 5 minutes
	Age    time.Duration // a message that has waited longer is given up; zero is a week
}

// ErrSettings is wrapped by New.
var ErrSettings = errors.New("the hook cannot be used")

// New looks at the settings.
func New(s Settings) (*Hook, error) {
	u, err := url.Parse(s.URL)
	switch {
	case err != nil || u.Host == "":
		return nil, fmt.Errorf("%w: %q is no address", ErrSettings, s.URL)
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return nil, fmt.Errorf("%w: %s is neither https nor on this machine", ErrSettings, s.URL)
	case len(s.Secret) < 16:
		return nil, fmt.Errorf("%w: a secret has at least 16 bytes", ErrSettings)
	}
	s.First, s.Most, s.Age = or(s.First, time.Second), or(s.Most, 5*time.Minute), or(s.Age, 7*24*time.Hour)
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSettings, err)
	}
	return &Hook{Settings: s, wake: make(chan struct{}, 1), sent: map[string]int{}}, nil
}

func or(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

func loopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// Send puts a message into the folder; Run sends it. Messages of one ID are one.
func (h *Hook) Send(id string, message any) error {
	raw, err := json.Marshal(message)
	if err != nil {
		return err
	}
	name := strconv.FormatInt(h.Now().UnixNano(), 10) + "-" + name(id) + ending
	err = result.WriteFile(filepath.Join(h.Folder, name), func(w io.Writer) error {
		return json.NewEncoder(w).Encode(waiting{ID: id, Since: h.Now(), Body: raw})
	})
	select {
	case h.wake <- struct{}{}:
	default:
	}
	return err
}

// waiting is a file in the folder.
type waiting struct {
	ID    string          `json:"id"`
	Since time.Time       `json:"since"`
	Body  json.RawMessage `json:"body"`
}

const ending = ".json"

// name is an ID as part of a file's name.
func name(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:8])
}

// Run sends what waits, oldest first, until ctx ends.
func (h *Hook) Run(ctx context.Context) error {
	for {
		list, err := h.list()
		if err != nil {
			return err
		}
		for _, path := range list {
			if err := h.deliver(ctx, path); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-h.wake:
		case <-time.After(h.Most):
		}
	}
}

// list is what waits, oldest first.
func (h *Hook) list() ([]string, error) {
	list, err := filepath.Glob(filepath.Join(h.Folder, "[0-9]*"+ending))
	slices.Sort(list)
	return list, err
}

// deliver sends one until it is taken, refused for good, or given up. Only the
// end of ctx is an error.
func (h *Hook) deliver(ctx context.Context, path string) error {
	raw, err := os.ReadFile(path)
	var m waiting
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err != nil {
		h.gone(path, "unreadable", err)
		return nil
	}
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval, wait.Multiplier = h.First, h.Most, 2
	left := h.Age - h.Now().Sub(m.Since)
	_, err = backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, h.post(ctx, m) },
		backoff.WithBackOff(wait), backoff.WithMaxElapsedTime(max(left, time.Nanosecond)))
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		h.gone(path, "given up", err)
	default:
		h.gone(path, "taken", nil)
	}
	return nil
}

// gone counts what became of a message and takes it out of the folder. One that
// was not taken is logged; the records of the farm still say what it said.
func (h *Hook) gone(path, outcome string, err error) {
	move := os.Remove(path)
	h.mu.Lock()
	h.sent[outcome]++ // last: who sees it finds the folder without
	h.mu.Unlock()
	if err != nil {
		move = errors.Join(move, err)
	}
	if move != nil && h.Log != nil {
		h.Log.Error("hook", "outcome", outcome, "error", move)
	}
}

// Outcomes are what can become of a message.
var Outcomes = []string{"taken", "given up", "unreadable"}

// Sent is how many messages came to which of the Outcomes.
func (h *Hook) Sent() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := map[string]int{}
	for k, n := range h.sent {
		all[k] = n
	}
	return all
}

// Waiting is how many messages wait.
func (h *Hook) Waiting() int {
	list, _ := h.list()
	return len(list)
}

// post sends once. Errors of type backoff.PermanentError are for good.
func (h *Hook) post(ctx context.Context, m waiting) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(m.Body))
	if err != nil {
		return backoff.Permanent(err)
	}
	at := strconv.FormatInt(h.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "hil")
	r.Header.Set(DeliveryHeader, m.ID)
	r.Header.Set(TimestampHeader, at)
	r.Header.Set(SignatureHeader, Sign(h.Secret, at, m.Body))
	// No redirect: what is signed is for one address.
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("not reached: %w", err)
	}
	_, _ = io.CopyN(io.Discard, answer.Body, 4096)
	_ = answer.Body.Close()
	return judge(answer)
}

// judge is nil for an answer that takes the message.
func judge(answer *http.Response) error {
	code := answer.StatusCode
	err := fmt.Errorf("the hook answers %s", answer.Status)
	switch {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable:
		if s, e := strconv.Atoi(strings.TrimSpace(answer.Header.Get("Retry-After"))); e == nil && s > 0 && s < 3600 {
			return backoff.RetryAfter(s)
		}
		return err
	case code == http.StatusRequestTimeout || code >= 500:
		return err
	}
	return backoff.Permanent(err)
}

// Sign is the value of X-Hil-Signature.
func Sign(secret []byte, timestamp string, body []byte) string {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(timestamp + "."))
	m.Write(body)
	return "sha256=" + hex.EncodeToString(m.Sum(nil))
}
