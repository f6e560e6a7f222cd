package remote_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
	"github.com/smartcard-connect/smartcard-connect/hil/device/remote"
	"github.com/smartcard-connect/smartcard-connect/hil/device/remote/remotetest"
)

// Requirement: a card is brought and taken by the protocol of PROTOCOL.md, and
// done means that it is there; each refusal of a bank is kept. Source:
// PROTOCOL.md. Turned red by: not waiting, moving a card that is in use, or
// losing a bank's reason.
func TestProtocol(t *testing.T) {
	bank := &remotetest.Bank{Cards: []string{"b:1", "b:2", "b:3"}, Readers: []string{"r1", "r2"}, Slow: 2, Broken: map[string]string{"b:3": "its contacts are dirty"}, Token: "s3cret"}
	server := httptest.NewServer(bank)
	defer server.Close()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	at := func(card, reader string) remote.Device {
		s := remote.Settings{URL: server.URL, TokenFile: token, Card: card, Reader: reader}
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		return remote.Device{Switch: s.Switch(nil), Card: card, Reader: reader, Poll: time.Microsecond}
	}
	phase := func(reader string) string {
		s, err := at("", reader).Switch.Look(t.Context(), reader)
		return fmt.Sprint(s.Phase, " ", s.Card, err)
	}
	for _, row := range []struct {
		card, reader string
		insert       bool
		says         string // of the error
		then         string
	}{
		{"b:1", "r1", true, "", "active b:1<nil>"},
		{"b:1", "r1", true, "", "active b:1<nil>"},
		{"b:1", "r2", true, "is at reader r1", "empty <nil>"},
		{"b:2", "r1", true, "", "active b:2<nil>"},
		{"b:1", "r2", true, "", "active b:1<nil>"},
		{"b:1", "r2", false, "", "empty <nil>"},
		{"b:1", "r2", false, "", "empty <nil>"},
		{"b:3", "r2", true, "contacts are dirty", "failed b:3<nil>"},
		{"b:9", "r2", true, "no card b:9", "failed b:3<nil>"},
	} {
		d := at(row.card, row.reader)
		do := d.Remove
		if row.insert {
			do = d.Insert
		}
		err := do(t.Context())
		if (err == nil) != (row.says == "") || (err != nil && (!errors.Is(err, remote.ErrSwitch) || !strings.Contains(err.Error(), row.says))) {
			t.Errorf("%+v: %v", row, err)
		}
		_, _ = d.Switch.Look(t.Context(), row.reader)
		_, _ = d.Switch.Look(t.Context(), row.reader)
		if got := phase(row.reader); got != row.then {
			t.Errorf("%+v: then %q", row, got)
		}
	}
	bank.Slow = 1 << 30
	d := at("b:1", "r2")
	d.Patience = time.Millisecond
	if err := d.Insert(t.Context()); !errors.Is(err, remote.ErrSwitch) || !strings.Contains(err.Error(), "still on its way") {
		t.Errorf("a bank that never ends: %v", err)
	}
	bank.Token = "another"
	if err := d.Insert(t.Context()); err == nil || !strings.Contains(err.Error(), "401") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("refused: %v", err)
	}
	for _, err := range []error{d.PowerOn(t.Context()), d.PowerOff(t.Context()), d.Press(t.Context(), "1"), remote.Device{}.Insert(t.Context()), remote.Device{}.Remove(t.Context())} {
		if !errors.Is(err, device.ErrUnsupported) {
			t.Errorf("cannot be done: %v", err)
		}
	}
}

// Requirement: remsim-server is spoken to in its words, and a map that its bank
// has not acknowledged is not deleted. Source: src/server/rest_api.c of
// osmo-remsim; PROTOCOL.md. Turned red by: another number for a map, or deleting
// too early.
func TestRemsim(t *testing.T) {
	var maps []map[string]any
	var said []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		said = append(said, r.Method+" "+r.URL.Path)
		switch r.Method {
		case "GET":
			_ = json.NewEncoder(w).Encode(map[string]any{"slotmaps": maps})
			if len(maps) > 0 && len(said)%3 == 0 { // the bank acknowledges in between
				maps[0]["state"] = map[string]string{"NEW": "UNACKNOWLEDGED", "UNACKNOWLEDGED": "ACTIVE", "ACTIVE": "ACTIVE"}[maps[0]["state"].(string)]
			}
		case "POST":
			var m map[string]any
			if json.NewDecoder(r.Body).Decode(&m) != nil {
				t.Error("no JSON")
			}
			m["state"] = "NEW"
			maps = append(maps, m)
			w.WriteHeader(http.StatusCreated)
		case "DELETE":
			if maps[0]["state"] == "UNACKNOWLEDGED" {
				t.Error("deleted a map that was not acknowledged")
			}
			maps = nil
		}
	}))
	defer server.Close()
	s := remote.Settings{URL: server.URL, Adapter: "remsim", Card: "2:3", Reader: "7:0"}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	d := remote.Device{Switch: s.Switch(nil), Card: s.Card, Reader: s.Reader, Poll: time.Microsecond}
	if err := d.Insert(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(maps[0]["bank"], maps[0]["client"]); got != "map[bankId:2 slotNr:3] map[clientId:7 slotNr:0]" {
		t.Errorf("map %s", got)
	}
	maps[0]["state"], said = "UNACKNOWLEDGED", nil
	if err := d.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := "DELETE /api/backend/v1/slotmaps/131075"; !slices.Contains(said, want) {
		t.Errorf("said %q, not %s", said, want)
	}
	for _, bad := range []remote.Settings{{}, {URL: "http://x", Adapter: "sim"}, {URL: "http://x", Adapter: "remsim", Card: "b"}, {URL: "http://x", Card: "a/b"}, {URL: "http://x?a"}} {
		if bad.Check() == nil {
			t.Errorf("%+v: taken", bad)
		}
	}
}
