// Package scale measures how many virtual readers this machine keeps busy: real
// smartcard services with a card each, in namespaces of their own, readers inside
// the conformance process, or both by turns. Each runs cell after cell through all
// of an attempt, leases included.
package scale

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/hil/attempt"
	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/memory"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/hil/virtual"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Mixed is every second reader of kind rig.PCSCD and the others of rig.Package.
const Mixed = "mixed"

// Measure is one row to be measured.
type Measure struct {
	Kind    string        // rig.PCSCD, rig.Package or Mixed
	Readers int           // how many at once
	For     time.Duration // no cell begins later; CPU is counted until then
	Only    string        // the specs of each cell
	Dir     string        // absolute and short; gets everything
	Bin     string        // built programs
	Program []string      // ourselves and the verb that serves a virtual reader
	Env     func(dir string) []string
	Seed    int64
	Now     func() time.Time
	CPU     func() (ours, idle time.Duration) // that were used so far, by us and by nobody; nil is unknown
}

// Row is what was measured.
type Row struct {
	Kind     string
	Readers  int
	Cells    int           // that ended
	Bad      []string      // those that did not pass, and why
	Wall     time.Duration // until the last cell ended
	Busy     float64       // CPU seconds a second while all readers were busy
	Idle     float64       // CPU seconds a second that the machine had left then
	Cell     time.Duration // median of a cell's conformance process; of mixed readers this and what follows are the pcscd cells'
	Books    time.Duration // median of a cell's bookkeeping
	Books95  time.Duration // 95 of 100 are below
	Detected time.Duration // median of waiting for the reader to see the card, of those that waited
	Ready    time.Duration // until all readers stood
	Slowest  string        // the phases of the median, for people
}

// card is the card that every reader gets.
func card() rig.Card {
	return rig.Card{
		ID: "series9-T1", Series: "9", Protocol: iso7816.T1, Holder: "555000000025", Passcode: "123456", PUK: "12345678",
		Admin: "03:010203040506070801020304050607080102030405060708",
	}
}

// serial is what that card says of itself.
const serial = "CE91EC0E071F43D1835B9BA8EEC77DBA"

// claims are what a reader with a card and nothing else has.
func claims() []string {
	return []string{"card", "test-card", "format-first", "toy-pki", "as-issued", "nhs-names", "bench", "series-9", "t1", "piv", "puk", "admin"}
}

// job is the n-th attempt in reader i.
func (m Measure) job(i, n int) bench.Job {
	c := cell.Cell{Kind: m.Kind, Card: card(), Features: claims(), Bench: "scale"}
	if m.Kind == Mixed {
		c.Kind = []string{rig.PCSCD, rig.Package}[i%2]
	}
	if c.Kind == rig.PCSCD {
		c.Reader = rig.Reader{ID: "vpcd", Device: "vpcd", Name: bench.SlotName(0)}
		c.Features = append(c.Features, "pcsc")
	}
	dir := filepath.Join(m.Dir, fmt.Sprintf("r%02d", i), fmt.Sprint(n))
	return bench.Job{Cell: c, Dir: dir, Bin: m.Bin, Seed: m.Seed, Only: m.Only, Deadline: 10 * time.Minute}
}

// seat is a reader that stands.
type seat struct {
	place attempt.Place
	next  func(bench.Job)
	close func()
}

// open has one reader stand.
func (m Measure) open(i int) (seat, error) {
	j := m.job(i, 0)
	if err := os.MkdirAll(filepath.Join(j.Dir, "home"), 0o755); err != nil {
		return seat{}, err
	}
	if j.Cell.Kind == rig.Package {
		b := &virtual.Bare{Env: m.Env(j.Dir)}
		return seat{b, func(j bench.Job) { b.Job = j }, func() {}}, nil
	}
	r, err := virtual.Open(m.Program, j, m.Env(j.Dir))
	if err != nil {
		return seat{}, err
	}
	return seat{r, func(j bench.Job) { r.Job = j }, r.Close}, nil
}

// Run measures. Errors are about readers that do not stand; a cell that fails is
// in the row.
func (m Measure) Run(ctx context.Context) (Row, error) {
	row, start := Row{Kind: m.Kind, Readers: m.Readers}, m.Now()
	seats := make([]seat, m.Readers)
	defer func() {
		for _, s := range seats {
			if s.close != nil {
				s.close()
			}
		}
	}()
	for i := range seats {
		var err error
		if seats[i], err = m.open(i); err != nil {
			return row, fmt.Errorf("reader %d of %d: %w", i+1, m.Readers, err)
		}
	}
	row.Ready = m.Now().Sub(start)
	reports := m.all(ctx, seats, &row)
	m.sum(&row, reports)
	return row, ctx.Err()
}

// ended is an attempt in a reader of some kind.
type ended struct {
	attempt.Report
	kind string
}

// all runs cells in all readers until the time is up and the last has ended.
func (m Measure) all(ctx context.Context, seats []seat, row *Row) (reports []ended) {
	var mu sync.Mutex
	var running sync.WaitGroup
	leases, start := &memory.Farm{}, m.Now()
	busy := make(chan struct{})
	go func() { defer close(busy); m.busy(ctx, row) }()
	for i, s := range seats {
		running.Go(func() {
			for n := 1; n == 1 || m.Now().Sub(start) < m.For && ctx.Err() == nil; n++ {
				r := m.attempt(ctx, s, leases, i, n)
				mu.Lock()
				reports = append(reports, ended{r, m.job(i, n).Cell.Kind})
				mu.Unlock()
			}
		})
	}
	running.Wait()
	row.Wall = m.Now().Sub(start)
	<-busy
	return reports
}

func (m Measure) attempt(ctx context.Context, s seat, leases farm.Leases, i, n int) attempt.Report {
	j := m.job(i, n)
	s.next(j)
	id, number := fmt.Sprint(i), ""
	if j.Cell.Kind == rig.PCSCD {
		number = serial
	}
	return attempt.Attempt{
		Place: s.place, Serial: number, Leases: leases, Deadline: j.Deadline, Now: m.Now,
		Holder:  farm.Holder{Run: "scale", Cell: j.Cell.ID() + "-" + id, Attempt: n, Host: "here", Boot: "1"},
		Devices: []farm.Device{{Host: "here", Kind: farm.Reader, ID: id}, {Host: "here", Kind: farm.Card, ID: id}},
	}.Run(ctx)
}

// busy counts CPU while no reader can have run out of cells.
func (m Measure) busy(ctx context.Context, row *Row) {
	if m.CPU == nil {
		return
	}
	start := m.Now()
	ours, idle := m.CPU()
	t := time.NewTimer(m.For)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	ours2, idle2 := m.CPU()
	took := m.Now().Sub(start).Seconds()
	row.Busy, row.Idle = (ours2-ours).Seconds()/took, (idle2-idle).Seconds()/took
}

// sum fills the row.
func (m Measure) sum(row *Row, reports []ended) {
	var cells, books, detected []time.Duration
	phases := map[string][]time.Duration{}
	for _, r := range reports {
		row.Cells++
		if r.Verdict != string(result.Pass) {
			row.Bad = append(row.Bad, r.Verdict+": "+r.Reason)
		}
		if m.Kind == Mixed && r.kind == rig.Package {
			continue
		}
		cells, books = append(cells, r.Took("judge")), append(books, r.Bookkeeping())
		if d := r.Took("detect"); d > 50*time.Millisecond {
			detected = append(detected, d)
		}
		for _, p := range r.Phases {
			phases[p.Name] = append(phases[p.Name], p.Took)
		}
	}
	row.Cell, row.Books, row.Books95, row.Detected = at(cells, 50), at(books, 50), at(books, 95), at(detected, 50)
	var said []string
	for _, name := range []string{"lease", "route", "identify", "power", "counters", "collect", "release"} {
		said = append(said, fmt.Sprintf("%s %.1f", name, at(phases[name], 50).Seconds()*1000))
	}
	row.Slowest = strings.Join(said, ", ") + " ms"
}

// at is a percentile, 0 of nothing.
func at(all []time.Duration, percent int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(len(all)*percent/100, len(all)-1)]
}
