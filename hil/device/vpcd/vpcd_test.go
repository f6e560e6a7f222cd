package vpcd_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
	"github.com/smartcard-connect/smartcard-connect/hil/device/vpcd"
)

// Source: the side door's table in emu/README.md. Turned red by: another
// method, path or body.
func TestDeviceSpeaksTheSideDoor(t *testing.T) {
	var said []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		said = append(said, strings.TrimSuffix(r.Method+" "+r.URL.Path+" "+string(body), " null"))
		if r.URL.Path == "/faults" && r.Method == "POST" {
			http.Error(w, `{"error":"no such fault"}`, http.StatusNotFound)
			return
		}
		_, _ = io.WriteString(w, `{"present":true,"series":"9","tries_left":3}`)
	}))
	defer server.Close()
	d := vpcd.Device{Control: server.URL}
	ctx := t.Context()
	if err := errors.Join(d.Insert(ctx), d.Remove(ctx), d.Restore(ctx), d.Heal(ctx)); err != nil {
		t.Fatal(err)
	}
	if s, err := d.State(ctx); err != nil || !s.Present || s.TriesLeft != 3 {
		t.Errorf("state %+v, %v", s, err)
	}
	if err := d.Inject(ctx, "card.x"); err == nil || !strings.Contains(err.Error(), "no such fault") {
		t.Errorf("refusal is lost: %v", err)
	}
	want := []string{"POST /insert", "POST /remove", "POST /reset", "DELETE /faults", "GET /state", `POST /faults {"id":"card.x"}`}
	if !slices.Equal(said, want) {
		t.Errorf("said %q\nwant %q", said, want)
	}
}

// Source: shared design §3. Turned red by: claiming a key was pressed.
func TestVirtualReaderHasNoPowerAndNoKeys(t *testing.T) {
	d, ctx := vpcd.Device{}, t.Context()
	for _, err := range []error{d.PowerOn(ctx), d.PowerOff(ctx), d.Press(ctx, "1")} {
		if !errors.Is(err, device.ErrUnsupported) {
			t.Errorf("error %v", err)
		}
	}
}
