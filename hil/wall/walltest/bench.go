// Package walltest is a hub in a test: a farm in memory with readers and cards in
// every state that there is, three accounts, and the page on loopback.
package walltest

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/memory"
	"github.com/smartcard-connect/smartcard-connect/hil/wall"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/account"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/audit"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/watch"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Accounts of a bench, all with the same Password.
const (
	Viewer   = "vera"
	Operator = "olga"
	Admin    = "adam"
	Password = "correct horse battery"
)

// Bench is a hub.
type Bench struct {
	T      testing.TB
	Farm   *memory.Farm
	Wall   *wall.Wall
	Watch  *watch.Watch
	People *People
	Clock  *Clock
	Server *httptest.Server
	Dir    string // accounts.json and audit.jsonl
}

// New is a hub with an empty farm; change, if not nil, sees it before it serves.
func New(t testing.TB, change func(*Bench)) *Bench {
	t.Helper()
	b := &Bench{T: t, Clock: &Clock{now: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)}, People: &People{}, Dir: t.TempDir()}
	b.Farm = &memory.Farm{Now: b.Clock.Now}
	accounts := &account.File{Path: filepath.Join(b.Dir, "accounts.json"), Random: rand.Reader}
	b.do(os.WriteFile(accounts.Path, []byte(accountsFile()), 0o600))
	log, err := audit.Open(filepath.Join(b.Dir, "audit.jsonl"), b.Clock.Now)
	b.do(err)
	b.Watch = &watch.Watch{Farm: b.Farm, Requests: b.People.Pending, Period: 20 * time.Millisecond, Now: b.Clock.Now}
	b.Wall = &wall.Wall{Store: b.Farm, Watch: b.Watch, Accounts: accounts, Audit: log, Gadgets: b.People, Now: b.Clock.Now}
	b.Watch.Hear = []func(watch.Event){b.Wall.Hear}
	if change != nil {
		change(b)
	}
	b.Server = httptest.NewServer(b.Wall.Handler())
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	b.Watch.Look(ctx)
	go func() { defer close(done); _ = b.Watch.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-done
		b.Server.CloseClientConnections()
		b.Server.Close()
		_ = log.Close()
	})
	return b
}

// accountsFile has the three accounts with a hash that costs nothing: tests log in
// often.
func accountsFile() string {
	salt := []byte("salt of no worth")
	b64 := base64.RawStdEncoding.EncodeToString
	hash := fmt.Sprintf("$argon2id$v=%d$m=8,t=1,p=1$%s$%s", argon2.Version, b64(salt), b64(argon2.IDKey([]byte(Password), salt, 1, 8, 1, 32)))
	row := func(name string, role account.Role) string {
		return fmt.Sprintf(`{"name":%q,"role":%q,"hash":%q}`, name, role, hash)
	}
	return `{"accounts":[` + row(Admin, account.Admin) + "," + row(Operator, account.Operator) + "," + row(Viewer, account.Viewer) + `]}`
}

func (b *Bench) do(err error) {
	b.T.Helper()
	if err != nil {
		b.T.Fatal(err)
	}
}

// Clock is a hub's, and stands unless it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is its time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Move moves it on.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// People are asked to move cards, and remember what they were told.
type People struct {
	mu      sync.Mutex
	pending []watch.Request
	Said    map[string]bool // by request: done or not
}

// Ask asks.
func (p *People) Ask(r watch.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending = append(p.pending, r)
}

// Pending are the requests that nobody answered.
func (p *People) Pending() []watch.Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]watch.Request{}, p.pending...)
}

// Answer is wall.Gadgets.
func (p *People) Answer(_ context.Context, id, _ string, done bool, _ string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, r := range p.pending {
		if r.ID == id {
			p.pending = append(p.pending[:i:i], p.pending[i+1:]...)
			if p.Said == nil {
				p.Said = map[string]bool{}
			}
			p.Said[id] = done
			return nil
		}
	}
	return farm.ErrUnknown
}

// Insert is wall.Gadgets: it asks.
func (p *People) Insert(_ context.Context, reader farm.Device, card string) error {
	p.Ask(watch.Request{ID: "insert-" + card, Text: fmt.Sprintf("Put card %s into reader %s of %s.", card, reader.ID, reader.Host), Reader: reader.Host + "/" + reader.ID, Card: card})
	return nil
}

// Reader and Card are devices of a bench that is Filled.
func Reader(n int) farm.Device {
	return farm.Device{Host: "desk", Kind: farm.Reader, ID: fmt.Sprintf("1-1.%d", n)}
}

// Card is one of the stock.
func Card(serial string) farm.Device {
	return farm.Device{Host: "floor", Kind: farm.Card, ID: serial}
}

// Fill puts into the farm: reader 1 in use by a cell that runs, 2 reserved, 3
// draining, 4 in quarantine, 5 with a lease that is over, 6 free; a run "night"
// with cells that passed, failed, were missed, run and wait; a person who is
// asked; and cards whose certificates and budgets need care.
func (b *Bench) Fill() {
	b.T.Helper()
	ctx := context.Background()
	b.Watch.Inventory = Stock{Now: b.Clock.Now()}
	b.cell("passed", "PASS", "", 6, "C1")
	b.cell("failed", "FAIL", "card.selects: the card said 6A82", 6, "C1")
	b.cell("missed", "MISS", "conformance ended with exit code 3: the reader vanished", 6, "C1")
	b.hold("old", 5, "C3", time.Second)
	b.Clock.Move(2 * time.Minute)
	b.hold("running", 1, "C2", time.Hour)
	_, err := b.Farm.Acquire(ctx, farm.Holder{Person: Admin, Host: "hub", Boot: "wall"}, time.Hour, Reader(2))
	b.do(err)
	_, err = b.Farm.Set(ctx, Reader(3), farm.Draining, "moving the desk")
	b.do(err)
	_, err = b.Farm.Set(ctx, Reader(4), farm.Quarantined, "3 of 5 cells missed; found bad twice")
	b.do(err)
	b.do(b.Farm.Publish(ctx, b.work("waiting", 1, "C1")))
	b.People.Ask(watch.Request{ID: "q1", Text: "Put card C1 into reader 1-1.6 of desk.", Reader: "desk/1-1.6", Card: "C1", Since: b.Clock.Now()})
	b.Watch.Reopen("night") // its first cell may have been all there was at a look
	b.Watch.Look(ctx)
}

func (b *Bench) work(cell string, reader int, card string) farm.Work {
	return farm.Work{Run: "night", Cell: cell, Attempt: 1, Host: "desk", Devices: []farm.Device{Reader(reader), Card(card)}, Job: json.RawMessage(`{}`)}
}

// hold begins a cell.
func (b *Bench) hold(cell string, reader int, card string, ttl time.Duration) farm.Grant {
	b.T.Helper()
	ctx, w := context.Background(), b.work(cell, reader, card)
	b.do(b.Farm.Publish(ctx, w))
	g, err := b.Farm.Acquire(ctx, farm.Holder{Run: w.Run, Cell: w.Cell, Attempt: 1, Host: w.Host, Boot: "b"}, ttl, w.Devices...)
	b.do(err)
	b.do(b.Farm.Begin(ctx, w, g.Token))
	return g
}

// cell runs one to its end.
func (b *Bench) cell(cell, verdict, reason string, reader int, card string) {
	b.T.Helper()
	g := b.hold(cell, reader, card, time.Hour)
	b.End(b.work(cell, reader, card), g, verdict, reason)
}

// End commits a cell that took 12 seconds, and releases its devices.
func (b *Bench) End(w farm.Work, g farm.Grant, verdict, reason string) {
	b.T.Helper()
	ctx, end := context.Background(), b.Clock.Now()
	raw, err := json.Marshal(result.Cell{ID: w.Cell, Verdict: result.Verdict(verdict), Reason: reason})
	b.do(err)
	b.do(b.Farm.Commit(ctx, w, g.Token, farm.Outcome{Verdict: verdict, Reason: reason, Result: raw, Start: end.Add(-12 * time.Second), End: end}))
	b.do(b.Farm.Release(ctx, g, "good"))
}

// Stock is the inventory of a bench that is Filled.
type Stock struct{ Now time.Time }

// Readers is watch.Inventory.
func (Stock) Readers(context.Context) ([]watch.Place, error) {
	var all []watch.Place
	for n := 1; n <= 7; n++ {
		p := watch.Place{Host: "desk", ID: Reader(n).ID, Name: "Toy Reader"}
		if n == 6 {
			p.Card = "C1"
		}
		all = append(all, p)
	}
	return append(all, watch.Place{Host: "barn", ID: "2-1", Name: "Old Reader", Silent: true}), nil
}

// Cards is watch.Inventory.
func (s Stock) Cards(context.Context) ([]watch.Stock, error) {
	three, one := 3, 1
	return []watch.Stock{
		{Serial: "C1", Title: "series 9, doctor", Series: "9", Home: "floor", Test: true, Expires: s.Now.Add(400 * 24 * time.Hour), Tries: &three, Budget: watch.Loss{Tries: 20, Locks: 2, Writes: 1000}, Spent: watch.Loss{Tries: 4}},
		{Serial: "C2", Title: "series 8", Series: "8", Home: "floor", Expires: s.Now.Add(30 * 24 * time.Hour), Tries: &one},
		{Serial: "C3", Title: "series 9, old", Series: "9", Home: "floor", Test: true, Expires: s.Now.Add(-24 * time.Hour), Budget: watch.Loss{Tries: 10}, Spent: watch.Loss{Tries: 10}},
	}, nil
}
