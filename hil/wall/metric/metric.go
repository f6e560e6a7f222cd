// Package metric shows a farm to Prometheus (text format 0.0.4 and OpenMetrics,
// as https://prometheus.io/docs/instrumenting/exposition_formats/ has them), and
// has the Grafana dashboard that asks for it.
package metric

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/hook"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/watch"
)

// Farm collects. Make one with New.
type Farm struct {
	watch    *watch.Watch
	hook     *hook.Hook
	now      func() time.Time
	registry *prometheus.Registry

	cells   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	busy    *prometheus.CounterVec
	misses  *prometheus.CounterVec
	orders  *prometheus.CounterVec
}

// New makes a registry of its own and what is counted in it. Its Hear is to be
// among those that the Watch tells; the hook may be nil.
func New(w *watch.Watch, h *hook.Hook, now func() time.Time) *Farm {
	count := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	f := &Farm{
		watch: w, hook: h, now: now, registry: prometheus.NewRegistry(),
		cells:  count("hil_cells_total", "Attempts at cells that ended.", "host", "verdict"),
		busy:   count("hil_reader_busy_seconds_total", "Time that attempts had a reader.", "host", "reader"),
		misses: count("hil_reader_misses_total", "Attempts that the bench broke, by reader.", "host", "reader"),
		orders: count("hil_orders_total", "Orders of people that were carried out.", "who"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "hil_cell_seconds", Help: "How long attempts at cells took.",
			Buckets: []float64{1, 2, 5, 10, 20, 30, 60, 120, 300, 600}}, []string{"host"}),
	}
	f.registry.MustRegister(f, f.cells, f.busy, f.misses, f.orders, f.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return f
}

// Handler is what Prometheus scrapes.
func (f *Farm) Handler() http.Handler {
	return promhttp.HandlerFor(f.registry, promhttp.HandlerOpts{EnableOpenMetrics: true, MaxRequestsInFlight: 4})
}

// Hear counts what happens.
func (f *Farm) Hear(e watch.Event) {
	switch e.Kind {
	case watch.Order:
		f.orders.WithLabelValues(e.Who).Inc()
	case watch.Ended:
		f.cells.WithLabelValues(e.Host, e.Verdict).Inc()
		f.seconds.WithLabelValues(e.Host).Observe(e.Elapsed.Seconds())
		for _, d := range e.Devices {
			if d.Kind != farm.Reader {
				continue
			}
			f.busy.WithLabelValues(d.Host, d.ID).Add(max(0, e.Elapsed.Seconds()))
			f.misses.WithLabelValues(d.Host, d.ID).Add(0)
			if e.Verdict == farm.Miss {
				f.misses.WithLabelValues(d.Host, d.ID).Inc()
			}
		}
	}
}

// describe makes a description.
func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// What is read from the state of the farm when it is asked for.
var (
	descReaders  = describe("hil_readers", "Readers by state: free, held, reserved, over, draining, quarantined.", "host", "state")
	descSilent   = describe("hil_readers_silent", "Readers whose host has not been heard of.")
	descCards    = describe("hil_cards", "Cards by state.", "state")
	descExpires  = describe("hil_card_certificate_expires_timestamp_seconds", "When a card's first certificate expires.", "card", "series")
	descTries    = describe("hil_card_pin_tries_left", "Tries left on a card's passcode, as last seen.", "card")
	descBudget   = describe("hil_card_budget_left", "What a test card may still lose: tries, locks, writes.", "card", "of")
	descQueue    = describe("hil_queue_cells", "Cells that wait, by host.", "host")
	descRunning  = describe("hil_running_cells", "Cells that run.")
	descRun      = describe("hil_run_cells", "Cells of the newest runs: waiting, running, or by verdict.", "run", "state")
	descLeft     = describe("hil_run_seconds_left", "Time that a run will take, guessed from what is done.", "run")
	descRequests = describe("hil_requests", "What people are asked to do.")
	descTrouble  = describe("hil_store_up", "1 where the farm's store answers.")
	descAge      = describe("hil_look_age_seconds", "How old the state of the farm is that is shown.")
	descTook     = describe("hil_look_seconds", "How long the last look at the farm took.")
	descFollow   = describe("hil_page_followers", "Pages that follow the farm.")
	descHook     = describe("hil_hook_messages_total", "Messages of the hook by what became of them.", "outcome")
	descWaiting  = describe("hil_hook_waiting", "Messages of the hook that wait.")
)

// Describe is prometheus.Collector.
func (f *Farm) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descReaders, descSilent, descCards, descExpires, descTries, descBudget, descQueue, descRunning, descRun, descLeft,
		descRequests, descTrouble, descAge, descTook, descFollow, descHook, descWaiting} {
		to <- d
	}
}

// Collect is prometheus.Collector.
func (f *Farm) Collect(to chan<- prometheus.Metric) {
	g := gauges{to}
	s := f.watch.State()
	g.readers(s.Readers)
	g.cards(s.Cards)
	g.runs(s.Runs)
	for host, n := range s.Queue.Hosts {
		g.set(descQueue, float64(n), host)
	}
	g.set(descRunning, float64(s.Queue.Running))
	g.set(descRequests, float64(len(s.Requests)))
	up := 1.0
	if s.Trouble != "" {
		up = 0
	}
	g.set(descTrouble, up)
	g.set(descAge, f.now().Sub(s.Time).Seconds())
	g.set(descTook, f.watch.Took().Seconds())
	g.set(descFollow, float64(f.watch.Followers()))
	if f.hook == nil {
		return
	}
	g.set(descWaiting, float64(f.hook.Waiting()))
	for _, outcome := range hook.Outcomes {
		to <- prometheus.MustNewConstMetric(descHook, prometheus.CounterValue, float64(f.hook.Sent()[outcome]), outcome)
	}
}

// gauges sends values.
type gauges struct{ to chan<- prometheus.Metric }

func (g gauges) set(d *prometheus.Desc, v float64, labels ...string) {
	g.to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

// readerStates are all that a reader can be counted as, so that none is absent.
var readerStates = []string{"free", "held", "reserved", "over", "draining", "quarantined"}

func (g gauges) readers(all []watch.Reader) {
	hosts, silent := map[string]map[string]int{}, 0
	for _, r := range all {
		if hosts[r.Host] == nil {
			hosts[r.Host] = map[string]int{}
		}
		hosts[r.Host][look(r.State, r.Lease)]++
		if r.Silent {
			silent++
		}
	}
	for host, n := range hosts {
		for _, s := range readerStates {
			g.set(descReaders, float64(n[s]), host, s)
		}
	}
	g.set(descSilent, float64(silent))
}

// look is a state as the page shows it.
func look(s farm.State, l *watch.Lease) string {
	switch {
	case l != nil && l.Over:
		return "over"
	case l != nil && l.Person != "":
		return "reserved"
	}
	return string(s)
}

func (g gauges) cards(all []watch.Card) {
	n := map[string]int{}
	seen := map[string]bool{}
	for _, c := range all {
		n[look(c.State, c.Lease)]++
		if seen[c.Serial] {
			continue // at two homes by mistake: a series must not be there twice
		}
		seen[c.Serial] = true
		if c.Expires != nil {
			g.set(descExpires, float64(c.Expires.Unix()), c.Serial, c.Series)
		}
		if c.Tries != nil {
			g.set(descTries, float64(*c.Tries), c.Serial)
		}
		if c.Test {
			g.set(descBudget, float64(c.Budget.Tries-c.Spent.Tries), c.Serial, "tries")
			g.set(descBudget, float64(c.Budget.Locks-c.Spent.Locks), c.Serial, "locks")
			g.set(descBudget, float64(c.Budget.Writes-c.Spent.Writes), c.Serial, "writes")
		}
	}
	for _, s := range readerStates {
		g.set(descCards, float64(n[s]), s)
	}
}

func (g gauges) runs(all []watch.Run) {
	for _, r := range all {
		g.set(descRun, float64(r.Waiting), r.ID, "waiting")
		g.set(descRun, float64(r.Running), r.ID, "running")
		for v, n := range r.Verdicts {
			g.set(descRun, float64(n), r.ID, v)
		}
		if r.Left != nil {
			g.set(descLeft, float64(*r.Left), r.ID)
		}
	}
}
