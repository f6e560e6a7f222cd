package hub_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/memory"
	"github.com/smartcard-connect/smartcard-connect/hil/hook"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/audit"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/hub"
)

var reader = farm.Device{Host: "desk", Kind: farm.Reader, ID: "1-1"}

// opened is a hub that runs, and how to stop it.
func opened(t *testing.T, s hub.Settings) (*hub.Hub, func()) {
	t.Helper()
	s.Now, s.Period = time.Now, 10*time.Millisecond
	h, err := hub.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	return h, func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended by itself: %v", err)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
}

func ends(t *testing.T, f *memory.Farm, cell, verdict string) {
	t.Helper()
	ctx, w := t.Context(), farm.Work{Run: "night", Cell: cell, Attempt: 1, Host: "desk", Devices: []farm.Device{reader}, Job: json.RawMessage("{}")}
	g, err := f.Acquire(ctx, farm.Holder{Run: "night", Cell: cell, Attempt: 1, Host: "desk", Boot: "b"}, time.Minute, reader)
	err = errors.Join(err, f.Begin(ctx, w, g.Token), f.Commit(ctx, w, g.Token, farm.Outcome{Verdict: verdict, End: time.Now()}), f.Release(ctx, g, "good"))
	if err != nil {
		t.Fatal(err)
	}
}

// Requirement: a hook hears how each cell and each run ended, also of what ended
// while the hub was away, and nothing twice over a restart. Source: issue point
// 6, "status back to a hook URL". Turned red by: a hub that begins anew.
func TestHookHearsOverARestart(t *testing.T) {
	heard, seen := make(chan hub.Message, 100), sync.Map{}
	to := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		var m hub.Message
		if json.Unmarshal(raw, &m) != nil || r.Header.Get(hook.SignatureHeader) != hook.Sign([]byte("0123456789abcdef"), r.Header.Get(hook.TimestampHeader), raw) {
			t.Errorf("not signed: %s", raw)
		}
		if _, twice := seen.LoadOrStore(r.Header.Get(hook.DeliveryHeader), true); !twice { // it may be taken while the hub stops
			heard <- m
		}
	}))
	defer to.Close()
	f := &memory.Farm{}
	for _, c := range []string{"a", "b"} {
		if err := f.Publish(t.Context(), farm.Work{Run: "night", Cell: c, Attempt: 1, Host: "desk", Devices: []farm.Device{reader}, Job: json.RawMessage("{}")}); err != nil {
			t.Fatal(err)
		}
	}
	s := hub.Settings{Farm: f, Dir: filepath.Join(t.TempDir(), "hub"), Hook: hub.Hook{URL: to.URL, Secret: []byte("0123456789abcdef"), Cells: true}}
	_, stop := opened(t, s)
	ends(t, f, "a", "PASS")
	if m := <-heard; m.Event != "cell" || m.Cell != "a" || m.Verdict != "PASS" {
		t.Errorf("%+v", m)
	}
	stop()
	ends(t, f, "b", "FAIL")
	_, stop = opened(t, s)
	if m := <-heard; m.Event != "cell" || m.Cell != "b" || m.Verdict != "FAIL" {
		t.Errorf("%+v", m)
	}
	if m := <-heard; m.Event != "run" || m.Cells["PASS"] != 1 || m.Cells["FAIL"] != 1 {
		t.Errorf("%+v", m)
	}
	stop()
	if len(heard) != 0 {
		t.Errorf("and %d more", len(heard))
	}
}

// Requirement: a hub keeps its files for its owner alone, serves page and
// metrics, and does not start on a log that was changed or a hook that cannot be.
// Turned red by: a folder others can read; a setting that is not looked at.
func TestOpen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "hub")
	h, stop := opened(t, hub.Settings{Farm: &memory.Farm{}, Dir: dir})
	s := httptest.NewServer(h.Handler())
	for path, want := range map[string]string{"/login": "Log in", "/metrics": "hil_store_up"} {
		r, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if !strings.Contains(string(raw), want) {
			t.Errorf("%s: %s", path, raw)
		}
	}
	s.Close()
	stop()
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if _, err := hub.Open(hub.Settings{Farm: &memory.Farm{}, Dir: dir, Now: time.Now, Hook: hub.Hook{URL: "http://ci.example.test/"}}); !errors.Is(err, hook.ErrSettings) {
		t.Errorf("a hook in the clear: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, hub.Audit), []byte(`{"number":7,"after":"x"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := hub.Open(hub.Settings{Farm: &memory.Farm{}, Dir: dir, Now: time.Now}); !errors.Is(err, audit.ErrBroken) {
		t.Errorf("a changed log: %v", err)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	if slices.Contains(names, "hook") {
		t.Errorf("files %v", names)
	}
}
