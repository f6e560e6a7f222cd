// Package wall is the hub's page: every reader of a farm with its card, lease,
// cell and health, as it changes; the queue, the runs, the stock of cards and
// what people are asked to do. Who is logged in and has the role drains,
// reserves, runs again. Beside the page is a JSON API for scripts.
//
// All is behind a login but the login itself, the styles, /healthz, and /metrics
// for who has its token. Sessions live in memory and end with the process. Every
// order is in the audit log before it is carried out.
package wall

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/account"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/audit"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/watch"
)

// Store is what orders are given to; every farm.Coordinator is one.
type Store interface {
	farm.Leases
	Publish(ctx context.Context, work ...farm.Work) error
	Run(ctx context.Context, run string) ([]farm.Progress, error)
}

// Gadgets are what people do for the bench, and have done.
type Gadgets interface {
	// Answer ends a request: somebody did it, or will not and says why. Errors wrap
	// farm.ErrUnknown for one that is not open.
	Answer(ctx context.Context, id, who string, done bool, reason string) error
	// Insert has a card brought to a reader, by whatever gadget can; where that is
	// a person, it becomes a request. It need not wait for the end.
	Insert(ctx context.Context, reader farm.Device, card string) error
}

// Wall is the page. Store, Watch, Accounts and Audit are needed.
type Wall struct {
	Store    Store
	Watch    *watch.Watch
	Accounts *account.File
	Audit    *audit.Log
	Gadgets  Gadgets      // may be nil: nobody can be asked
	Metrics  http.Handler // may be nil: there are none
	// MetricsToken is what a scraper shows as its bearer token. Without one, only
	// scrapers on this machine are let in.
	MetricsToken []byte
	// Hosts are names, with port where it is not the scheme's own, that browsers
	// call the hub by. Loopback addresses always are.
	Hosts []string
	// InsecureHTTP lets people log in over a network without TLS.
	InsecureHTTP bool
	// BehindTLS says that a proxy on this machine has ended TLS before us.
	BehindTLS bool
	Idle      time.Duration // a session that was not used ends; zero is 8 h
	Longest   time.Duration // any session ends; zero is 24 h
	Now       func() time.Time
	Random    io.Reader    // of sessions; nil is crypto/rand
	Log       *slog.Logger // may be nil

	mu    sync.Mutex
	holds map[key]holding
}

// Handler serves page and API.
func (w *Wall) Handler() http.Handler {
	d := &door{Wall: w, sessions: &sessions{now: w.Now, idle: or(w.Idle, 8*time.Hour), longest: or(w.Longest, 24*time.Hour), random: w.Random}, limit: &limit{now: w.Now}}
	if d.sessions.random == nil {
		d.sessions.random = rand.Reader
	}
	mux := http.NewServeMux()
	d.open(mux)
	d.pages(mux)
	d.api(mux)
	return d.guard(mux)
}

func or(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// door is a Wall that serves.
type door struct {
	*Wall
	sessions *sessions
	limit    *limit
}
