package metric_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/hook"
	"github.com/smartcard-connect/smartcard-connect/hil/porttest"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/metric"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/walltest"
)

// dashboard is what the test reads of the dashboard.
type dashboard struct {
	Panels []struct {
		Title   string
		Targets []struct{ Expr string }
	}
	Templating struct {
		List []struct {
			Name  string
			Query json.RawMessage
		}
	}
}

// queries are those of the dashboard as Prometheus gets them, by panel.
func queries(t *testing.T) map[string]string {
	t.Helper()
	var d dashboard
	if err := json.Unmarshal(metric.Dashboard, &d); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, p := range d.Panels {
		if len(p.Targets) == 0 {
			t.Errorf("panel %q asks nothing", p.Title)
		}
		for i, x := range p.Targets {
			all[fmt.Sprintf("%s, %d", p.Title, i)] = strings.NewReplacer("$host", ".*", "$__rate_interval", "1m").Replace(x.Expr)
		}
	}
	values := regexp.MustCompile(`label_values\((\w+), (\w+)\)`)
	for _, v := range d.Templating.List {
		if m := values.FindSubmatch(v.Query); m != nil {
			all["variable "+v.Name] = fmt.Sprintf("count by (%s) (%s)", m[2], m[1])
		}
	}
	return all
}

// hub is a farm with metrics and a hook that was taken.
func hub(t *testing.T, change func(*walltest.Bench)) *walltest.Bench {
	t.Helper()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(receiver.Close)
	b := walltest.New(t, func(b *walltest.Bench) {
		h, err := hook.New(hook.Settings{URL: receiver.URL, Secret: []byte("0123456789abcdef"), Folder: filepath.Join(b.Dir, "hook"), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		m := metric.New(b.Watch, h, b.Clock.Now)
		b.Wall.Metrics = m.Handler()
		b.Watch.Hear = append(b.Watch.Hear, m.Hear)
		if change != nil {
			change(b)
		}
	})
	b.Fill()
	return b
}

// prometheus starts Debian's Prometheus, which scrapes the hub, and gives its
// address.
func prometheus(t *testing.T, b *walltest.Bench) string {
	t.Helper()
	path, err := exec.LookPath("prometheus")
	if err != nil {
		t.Skip("prometheus is not installed: make install")
	}
	at := fmt.Sprintf("127.0.0.1:%d", porttest.Free(t))
	dir := t.TempDir()
	config := fmt.Sprintf("global: {scrape_interval: 200ms, scrape_timeout: 200ms}\nscrape_configs:\n- job_name: hil\n  static_configs: [{targets: [%q]}]\n", strings.TrimPrefix(b.Server.URL, "http://"))
	if err := os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+at)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = log.Close()
		if raw, _ := os.ReadFile(log.Name()); t.Failed() {
			t.Logf("prometheus says\n%s", raw)
		}
	})
	return "http://" + at
}

// ask asks Prometheus once and gives how many series have a number.
func ask(t *testing.T, at, query string) (series int, err error) {
	t.Helper()
	r, err := http.Get(at + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return 0, err
	}
	defer func() { _ = r.Body.Close() }()
	var answer struct {
		Status, Error string
		Data          struct{ Result []struct{ Value [2]any } }
	}
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		return 0, err
	}
	if answer.Status != "success" {
		return 0, fmt.Errorf("%s", answer.Error)
	}
	for _, x := range answer.Data.Result {
		if v, _ := x.Value[1].(string); v != "" && v != "NaN" {
			series++
		}
	}
	return series, nil
}

// Requirement: every query of the dashboard, and of its variables, returns data
// from Debian's Prometheus that scrapes the hub. Source: issue "Must show".
// Turned red by: a metric or a label that is called otherwise; a panel that asks
// for what is never there.
func TestEveryQueryOfTheDashboardHasData(t *testing.T) {
	b := hub(t, nil)
	at := prometheus(t, b)
	all := queries(t)
	if len(all) < 20 {
		t.Fatalf("only %d queries: the test reads the dashboard wrong", len(all))
	}
	left := map[string]error{}
	for q := range all {
		left[q] = nil
	}
	for n := range 300 { // rates need a change between two scrapes
		if n%5 == 0 {
			b.Watch.Tell(ended(n))
			b.Watch.Tell(order())
		}
		for name := range left {
			if series, err := ask(t, at, all[name]); series > 0 {
				delete(left, name)
			} else {
				left[name] = err
			}
		}
		if len(left) == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	for name, err := range left {
		t.Errorf("%s returns nothing (%v): %s", name, err, all[name])
	}
}

// Requirement: the check above can fail. Turned red by: counting NaN, or a query
// that is refused, as data.
func TestAQueryCanReturnNothing(t *testing.T) {
	at := prometheus(t, hub(t, nil))
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		n, err := ask(t, at, "sum(up)")
		if n == 1 && err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("Prometheus has scraped nothing: %d, %v", n, err)
		}
	}
	for query, wrong := range map[string]bool{"hil_no_such_thing": false, "vector(0)/vector(0)": false, "sum by (": true} {
		if n, err := ask(t, at, query); n != 0 || (err != nil) != wrong {
			t.Errorf("%s: %d, %v", query, n, err)
		}
	}
}

// Requirement: numbers are those of the farm, and none is on the page twice.
// Turned red by: counting a reserved reader as in use, a duplicate series.
func TestNumbers(t *testing.T) {
	b := hub(t, nil)
	said := scrape(t, b, nil)
	for _, want := range []string{
		`hil_readers{host="desk",state="free"} 2`, `hil_readers{host="desk",state="held"} 1`, `hil_readers{host="desk",state="reserved"} 1`, `hil_readers{host="desk",state="over"} 1`,
		`hil_readers{host="desk",state="draining"} 1`, `hil_readers{host="desk",state="quarantined"} 1`, `hil_readers_silent 1`, `hil_cells_total{host="desk",verdict="MISS"} 1`,
		`hil_reader_misses_total{host="desk",reader="1-1.6"} 1`, `hil_reader_busy_seconds_total{host="desk",reader="1-1.6"} 36`, `hil_queue_cells{host="desk"} 1`, `hil_running_cells 2`,
		`hil_run_cells{run="night",state="PASS"} 1`, `hil_card_pin_tries_left{card="C2"} 1`, `hil_card_budget_left{card="C1",of="tries"} 16`, `hil_requests 1`, `hil_store_up 1`,
	} {
		if !slices.Contains(strings.Split(said, "\n"), want) {
			t.Errorf("no %s in\n%s", want, said)
		}
	}
	b.Farm.Away(true)
	b.Watch.Look(t.Context())
	if said := scrape(t, b, nil); !strings.Contains(said, "\nhil_store_up 0\n") || !strings.Contains(said, `hil_readers{host="desk",state="free"} 2`) {
		t.Errorf("with the store away:\n%s", said)
	}
}

func scrape(t *testing.T, b *walltest.Bench, token []byte) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, b.Server.URL+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != nil {
		r.Header.Set("Authorization", "Bearer "+string(token))
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		return answer.Status
	}
	return string(raw)
}

// Requirement: where metrics have a token, none but its holder reads them. Turned
// red by: a comparison left out.
func TestMetricsToken(t *testing.T) {
	b := hub(t, func(b *walltest.Bench) { b.Wall.MetricsToken = []byte("scraper") })
	for token, want := range map[string]bool{"": false, "other": false, "scraper": true} {
		if got := strings.Contains(scrape(t, b, []byte(token)), "hil_readers"); got != want {
			t.Errorf("token %q reads: %v", token, got)
		}
	}
}
