// Package hub puts together what a farm's hub shows and tells: the page and its
// API, metrics, and the hook. Whoever has the farm's store opens one, mounts its
// Handler and runs it.
package hub

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/hook"
	"github.com/smartcard-connect/smartcard-connect/hil/wall"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/account"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/audit"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/metric"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/watch"
)

// Files in the folder of a hub.
const (
	Accounts = "accounts.json"
	Audit    = "audit.jsonl"
	History  = "history.jsonl"
	outbox   = "hook"
)

// Farm is a store that can list its runs.
type Farm interface {
	farm.Coordinator
	farm.Lister
}

// Settings of a hub. Farm, Dir and Now are needed.
type Settings struct {
	Farm      Farm
	Dir       string // its files, for its owner alone; made where it is not there
	Inventory watch.Inventory
	Gadgets   wall.Gadgets
	Requests  func() []watch.Request
	Hook      Hook
	Period    time.Duration // between two looks at the farm; zero is a second
	Now       func() time.Time
	Log       *slog.Logger

	MetricsToken []byte   // as in wall.Wall
	Hosts        []string // as in wall.Wall
	InsecureHTTP bool     // as in wall.Wall
	BehindTLS    bool     // as in wall.Wall
}

// Hook is where ends are told. No URL is off.
type Hook struct {
	URL    string
	Secret []byte // at least 16 bytes
	Cells  bool   // each cell's end too, not only the runs'
}

// Hub is one that was opened.
type Hub struct {
	wall    *wall.Wall
	watch   *watch.Watch
	hook    *hook.Hook // nil is off
	cells   bool
	log     *slog.Logger
	handler http.Handler
}

// Open opens the files of a hub. A log that was changed is audit.ErrBroken, hook
// settings that cannot be are hook.ErrSettings.
func Open(s Settings) (_ *Hub, err error) {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, err
	}
	h := &Hub{cells: s.Hook.Cells, log: s.Log}
	if s.Hook.URL != "" {
		if h.hook, err = hook.New(hook.Settings{URL: s.Hook.URL, Secret: s.Hook.Secret, Folder: filepath.Join(s.Dir, outbox), Now: s.Now, Log: s.Log}); err != nil {
			return nil, err
		}
	}
	history, err := watch.OpenHistory(filepath.Join(s.Dir, History))
	if err != nil {
		return nil, err
	}
	log, err := audit.Open(filepath.Join(s.Dir, Audit), s.Now)
	if err != nil {
		return nil, errors.Join(err, history.Close())
	}
	h.watch = &watch.Watch{Farm: s.Farm, Inventory: s.Inventory, Requests: s.Requests, History: history, Period: s.Period, Now: s.Now, Log: s.Log}
	numbers := metric.New(h.watch, h.hook, s.Now)
	h.wall = &wall.Wall{
		Store: s.Farm, Watch: h.watch, Audit: log, Gadgets: s.Gadgets, Metrics: numbers.Handler(), Now: s.Now, Log: s.Log,
		Accounts:     &account.File{Path: filepath.Join(s.Dir, Accounts), Random: rand.Reader},
		MetricsToken: s.MetricsToken, Hosts: s.Hosts, InsecureHTTP: s.InsecureHTTP, BehindTLS: s.BehindTLS,
	}
	h.watch.Hear = []func(watch.Event){h.wall.Hear, numbers.Hear, h.tell}
	h.handler = h.wall.Handler()
	return h, nil
}

// Handler is the page, the API and /metrics.
func (h *Hub) Handler() http.Handler { return h.handler }

// Run looks at the farm and tells the hook until ctx ends.
func (h *Hub) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return h.watch.Run(ctx) })
	if h.hook != nil {
		g.Go(func() error { return h.hook.Run(ctx) })
	}
	return g.Wait()
}

// Close closes the files, after Run has ended.
func (h *Hub) Close() error { return errors.Join(h.wall.Audit.Close(), h.watch.History.Close()) }

// Message is what a hook gets.
type Message struct {
	Event   string         `json:"event"` // "run" or "cell": what has ended
	Run     string         `json:"run"`
	Cell    string         `json:"cell,omitempty"`
	Attempt int            `json:"attempt,omitempty"`
	Host    string         `json:"host,omitempty"`
	Verdict string         `json:"verdict,omitempty"` // of a cell
	Reason  string         `json:"reason,omitempty"`
	Seconds float64        `json:"seconds,omitempty"`
	Cells   map[string]int `json:"cells,omitempty"` // of a run, by verdict
	Time    time.Time      `json:"time"`
}

// tell passes ends on to the hook.
func (h *Hub) tell(e watch.Event) {
	if h.hook == nil {
		return
	}
	m := Message{Run: e.Run, Cell: e.Cell, Attempt: e.Attempt, Host: e.Host, Verdict: e.Verdict, Reason: e.Reason, Seconds: e.Elapsed.Seconds(), Cells: e.Counts, Time: e.Time}
	var id string
	switch {
	case e.Kind == watch.Over:
		m.Event, id = "run", fmt.Sprintf("run/%s/%d", e.Run, e.Time.UnixNano())
	case e.Kind == watch.Ended && h.cells:
		m.Event, id = "cell", fmt.Sprintf("cell/%s/%s/%d", e.Run, e.Cell, e.Attempt)
	default:
		return
	}
	if err := h.hook.Send(id, m); err != nil && h.log != nil {
		h.log.Error("the hook is not told", "id", id, "error", err)
	}
}
