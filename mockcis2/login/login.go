// Package login is what a person meets between an application's request and
// its answer: the smartcard login page, role selection and error pages; and the
// endpoints with which the agent proves a card (agent/PROTOCOL.md sections 4
// to 8). A transaction belongs to the browser that began it, by a cookie.
package login

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/pki"
)

// Lifetimes on the provider's clock.
const (
	requestLife = 5 * time.Minute
	ticketLife  = 30 * time.Second
	idleLife    = 15 * time.Minute // NIST SP 800-63B section 4.3.3, AAL3
	sessionLife = 12 * time.Hour   // since the person last signed in
)

// Login serves the pages and the smartcard endpoints. Fields without "may be
// nil" are needed.
type Login struct {
	Issuer      string
	Environment string
	Handover    []string // channels the page tries, in order
	Ports       []int    // of the port service
	FormPort    int      // of the agent, while the page has found none
	Engine      *op.Engine
	Ring        *op.KeyRing
	Trust       func() pki.Trust // asked when a card proves itself
	Person      func(uuid string) (people.Person, bool)
	Everybody   func() []people.Person
	Devices     Devices
	Faults      *fault.Set
	Now         func() time.Time
	Rand        io.Reader
	Log         *slog.Logger
	Event       func(text string) // into the history
	// Told writes a logout token that was sent into the history (diary.Tell).
	Told   func(said, token string, t diary.Told)
	Logout http.RoundTripper  // for logout tokens; may be nil: straight to the application
	Wake   func(at time.Time) // asks for a call of Expire then; may be nil
	// Deliver is how a logout token is sent; may be nil: once, as it is.
	Deliver func(client, flow, token string) fault.Delivery

	mu           sync.Mutex
	transactions map[string]*transaction
	over         []string // ids of transactions that have ended, oldest first
	tickets      map[string]*ticket
	browsers     map[string]*browserState
	codes        map[string]int64 // last TOTP step used, by UUID
	swept        time.Time
	expired      time.Time     // when Expire was last at work
	late         []late        // logout tokens that wait for their time
	sending      chan struct{} // one place for each logout token under way
	telling      sync.WaitGroup
	closed       bool
	life         context.Context // of every logout token under way
	stop         context.CancelFunc
}

type state string

// States of a transaction.
const (
	waiting   state = "waiting"   // for the person to prove who they are
	proved    state = "proved"    // the card has, the browser has not
	completed state = "completed" // the browser has; role and Continue are left
	failed    state = "failed"
	ended     state = "ended"
)

type transaction struct {
	id, browser, nonce string
	ask                op.Ask
	state              state
	fetched            bool
	device             string // what was asked of the computer when it fetched
	computer           string // thumbprint of an enrolled one that proved itself
	failure            uint32
	tries              int
	ends               time.Time
	person             people.Person
	way                string
	at                 time.Time
	sid                string
	shortcut           bool   // completed through the control door
	role               string // chosen there
}

type ticket struct {
	tx   *transaction
	ends time.Time
	used bool
}

// Routes hangs the endpoints under the issuer's path.
func (l *Login) Routes(mux *http.ServeMux, path string) {
	l.transactions, l.tickets = map[string]*transaction{}, map[string]*ticket{}
	l.browsers, l.codes, l.sending = map[string]*browserState{}, map[string]int64{}, make(chan struct{}, parallelLogouts)
	l.life, l.stop = context.WithCancel(context.Background())
	if l.Logout == nil {
		l.Logout = &http.Transport{MaxIdleConnsPerHost: -1}
	}
	mux.HandleFunc("GET "+path+"/smartcard/login/{id}", l.page)
	mux.HandleFunc("POST "+path+"/smartcard/login/{id}", l.identify)
	mux.HandleFunc(path+"/connect/endSession", l.endSession)
	mux.HandleFunc("GET "+path+"/smartcard/return", l.returned)
	mux.HandleFunc("POST "+path+"/smartcard/complete", l.complete)
	mux.HandleFunc("GET "+path+"/smartcard/continue/{id}", l.roles)
	mux.HandleFunc("POST "+path+"/smartcard/continue/{id}", l.proceed)
	mux.HandleFunc("GET "+path+"/smartcard/resume/{id}", l.resume)
	mux.HandleFunc("POST "+path+"/smartcard/abandon/{id}", l.abandon)
	mux.HandleFunc("GET "+path+"/smartcard/v1/requests/{id}", l.request)
	mux.HandleFunc("POST "+path+"/smartcard/v1/requests/{id}/failure", l.failure)
	mux.HandleFunc("POST "+path+"/smartcard/v1/assertions", l.assertion)
	mux.HandleFunc("GET "+path+"/smartcard/assets/{name}", assets)
}

// token is 128 bits of b64u: 22 characters. Empty when there is no randomness.
func (l *Login) token() string {
	b := make([]byte, 16)
	if _, err := io.ReadFull(l.Rand, b); err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// audit looks like the audit ids of the real platform: a UUID and a number.
func (l *Login) audit() string {
	b := make([]byte, 16)
	_, _ = io.ReadFull(l.Rand, b) // decoration: zeros do as well
	return fmt.Sprintf("%x-%x-%x-%x-%x-%d", b[:4], b[4:6], b[6:8], b[8:10], b[10:], l.Now().Unix()%10000000)
}

// Transactions is how things stand, for the control door: no secrets.
func (l *Login) Transactions() []map[string]any {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := []map[string]any{}
	for _, t := range slices.SortedFunc(maps.Values(l.transactions), older) {
		all = append(all, map[string]any{"id": t.id, "client": t.ask.Client.ID, "state": t.state, "fetched": t.fetched, "failure": t.failure, "sub": t.person.UUID, "computer": t.computer,
			"acr": t.ask.ACR, "scopes": t.ask.Scopes, "ends": t.ends.Unix()})
	}
	return all
}

func older(a, b *transaction) int { return cmp.Or(a.ends.Compare(b.ends), cmp.Compare(a.id, b.id)) }

func (l *Login) https() bool { return strings.HasPrefix(l.Issuer, "https:") }
