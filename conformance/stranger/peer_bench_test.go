package stranger_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"
)

// What one round asks of every provider.
var loginsARound = flag.Int("logins", 2000, "of each provider in a round of BenchmarkPeers")

const browsers = 8 // at once

// warm is how many logins of each go before the first round and are not counted:
// caches and compilers warm up, and what a provider remembers a bounded number of
// fills up, ours after some 2,500.
const warm = 3000

// What we promise: CPU a login in terms of the best peer, milliseconds to the
// first answer, and memory after the last round in terms of the first. Memory
// swings by less than a tenth between two collections of garbage.
const (
	mostCost   = 1.10
	mostStart  = 25.0
	mostGrowth = 1.10
)

// Comments around the table in bench.md.
const (
	tableBegins = "<!-- table: -update writes it -->\n"
	tableEnds   = "\n<!-- end of table -->"
)

// measured is what the rounds of one provider came to.
type measured struct {
	*running
	starts, rates, costs []float64 // ms; logins a second; ms of CPU a login
	memory               []float64 // MiB: idle, then after each round
	requests             float64   // a login
	signatures           int       // a login
}

// BenchmarkPeers measures the provider beside four others, each a process alone
// on one core, in interleaved rounds of 2,000 logins: run it with -benchtime 5x.
// It fails where what we promise of it does not hold.
func BenchmarkPeers(b *testing.B) {
	h := gather(b)
	stepAside(b)
	var all []*measured
	for _, p := range peers() {
		m := &measured{running: p.start(b, h)}
		defer m.stop()
		all = append(all, m)
	}
	time.Sleep(time.Second)
	for _, m := range all {
		m.weigh(b)
		if err := m.load(b.Context(), warm); err != nil {
			b.Fatalf("%s: %v", m.name, err)
		}
	}
	for b.Loop() {
		for _, m := range all {
			m.round(b, h)
		}
	}
	b.ReportMetric(0, "ns/op") // that of all together says nothing
	text := report(all)
	fmt.Print("\n" + text)
	if *update {
		if err := publish(text); err != nil {
			b.Fatal(err)
		}
	}
	for _, broken := range unkept(all) {
		b.Error(broken)
	}
}

// round starts a second process of the provider to see how fast it is there,
// and then loads the first.
func (m *measured) round(b *testing.B, h hall) {
	b.Helper()
	fresh := m.start(b, h)
	fresh.stop()
	m.starts = append(m.starts, fresh.ready.Seconds()*1000)
	before, err := m.cpu()
	if err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	if err := m.load(b.Context(), *loginsARound); err != nil {
		b.Fatalf("%s: %v", m.name, err)
	}
	took := time.Since(begun)
	after, err := m.cpu()
	if err != nil {
		b.Fatal(err)
	}
	n := float64(*loginsARound)
	m.rates = append(m.rates, n/took.Seconds())
	m.costs = append(m.costs, (after-before).Seconds()*1000/n)
	m.weigh(b)
}

func (m *measured) weigh(b *testing.B) {
	b.Helper()
	mib, err := m.running.memory()
	if err != nil {
		b.Fatal(err)
	}
	m.memory = append(m.memory, mib)
}

// load signs in n times, eight browsers at once.
func (m *measured) load(ctx context.Context, n int) error {
	wire := &http.Transport{MaxIdleConnsPerHost: browsers}
	defer wire.CloseIdleConnections()
	asked, signed := make([]int, browsers), make([]int, browsers)
	g, ctx := errgroup.WithContext(ctx)
	for i := range browsers {
		g.Go(func() (err error) {
			asked[i], signed[i], err = m.logins(ctx, wire, n/browsers)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	sum := 0
	for _, a := range asked {
		sum += a
	}
	m.requests, m.signatures = float64(sum)/float64(n), slices.Min(signed)
	if slices.Max(signed) != m.signatures {
		return fmt.Errorf("%w: %v signatures a login", errAmiss, signed)
	}
	return nil
}

// logins is what one pair of hands does: a fresh browser for each, unless the
// browser is to be known.
func (m *measured) logins(ctx context.Context, wire http.RoundTripper, n int) (asked, signed int, err error) {
	var v *visitor
	for range n {
		if v == nil || m.greets || !m.ours {
			if v, err = newVisitor(m.running, wire); err != nil {
				return 0, 0, err
			}
			if err := v.introduce(ctx); err != nil {
				return 0, 0, err
			}
		}
		before := v.asked
		if err := v.login(ctx); err != nil {
			return 0, 0, err
		}
		asked, signed = asked+v.asked-before, v.signed
	}
	return asked, signed, nil
}

// introduce signs a browser in once, where it is to be known.
func (v *visitor) introduce(ctx context.Context) error {
	if v.greets || !v.ours {
		return nil
	}
	once := *v.running
	once.client.extra = strings.ReplaceAll(once.client.extra, "&prompt=none", "")
	first := *v
	first.running = &once
	return first.login(ctx)
}

func median(of []float64) float64 {
	of = slices.Sorted(slices.Values(of))
	return of[len(of)/2]
}

// best is the least CPU a login of the peers that sign at least as often as
// ours; with alike, of those that sign people in as m does, or do not.
func best(all []*measured, m *measured, alike bool) float64 {
	least := math.Inf(1)
	for _, p := range all {
		if !p.ours && p.signatures >= m.signatures && (!alike || p.greets == m.greets) {
			least = min(least, median(p.costs))
		}
	}
	return least
}

// report is the table, in Markdown, and how it came about.
func report(all []*measured) string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| provider\t| start, ms\t| logins/s\t| CPU ms/login\t| of the best\t| of the best alike\t| requests\t| signatures\t| MiB idle\t| after round 1\t| after the last\t|")
	fmt.Fprintln(w, strings.Repeat("|---\t", 11)+"|")
	for _, m := range all {
		cost := median(m.costs)
		fmt.Fprintf(w, "| %s\t| %.1f\t| %.0f\t| %.2f\t| %.2f\t| %.2f\t| %.0f\t| %d\t| %.0f\t| %.0f\t| %.0f\t|\n", m.name, median(m.starts), median(m.rates), cost,
			cost/best(all, all[0], false), cost/best(all, m, true), m.requests, m.signatures, m.memory[0], m.memory[1], m.memory[len(m.memory)-1])
	}
	_ = w.Flush() // a builder takes everything
	fmt.Fprintf(&text, "\nMedians of %d interleaved rounds of %d logins, %d browsers at once, each provider alone on one core.\n", len(all[0].costs), *loginsARound, browsers)
	return text.String()
}

// publish puts the table into bench.md, between its two comments.
func publish(table string) error {
	old, err := os.ReadFile("bench.md")
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(old), tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !ok || !ends {
		return fmt.Errorf("%w: bench.md has no place for the table", errAmiss)
	}
	return os.WriteFile("bench.md", []byte(before+tableBegins+"\n"+table+tableEnds+after), 0o644)
}

// unkept says which promises do not hold. A sign-in is compared with sign-ins;
// a known browser with all.
func unkept(all []*measured) (broken []string) {
	for _, m := range all {
		if !m.ours {
			continue
		}
		if r := median(m.costs) / best(all, m, m.greets); r > mostCost {
			broken = append(broken, fmt.Sprintf("%s: %.2f of the CPU a login of the best peer, more than %.2f", m.name, r, mostCost))
		}
		if s := median(m.starts); s > mostStart {
			broken = append(broken, fmt.Sprintf("%s: %.1f ms to the first answer of discovery, more than %.0f", m.name, s, mostStart))
		}
		if first, last := m.memory[1], m.memory[len(m.memory)-1]; last > mostGrowth*first {
			broken = append(broken, fmt.Sprintf("%s: %.0f MiB after the last round, %.0f after the first: not flat", m.name, last, first))
		}
	}
	return broken
}
