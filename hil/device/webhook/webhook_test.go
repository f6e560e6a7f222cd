package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
	"github.com/smartcard-connect/smartcard-connect/hil/device/webhook"
)

// Requirement: each style says what its other side expects, and nothing where it
// has no word for it. Source: the package's list; facts on FIDO tools and
// Yubico's suites. Turned red by: another path or method, a touch that is not let
// go, or claiming what a style cannot do.
func TestStyles(t *testing.T) {
	var said []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var who map[string]string
		if json.Unmarshal(body, &who) != nil || who["card"] != "nurse" || who["reader"] != "left" || r.Header.Get("Authorization") != "Bearer s3cret" {
			t.Errorf("%s: body %s, headers %v", r.URL, body, r.Header)
		}
		said = append(said, r.Method+" "+r.URL.Path)
	}))
	defer server.Close()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for style, want := range map[string][]string{
		"":     {"POST /insert", "POST /remove", "POST /power/off", "POST /power/on", "POST /power/off", "POST /power/on", "POST /press/1", "POST /press/touch"},
		"fido": {"", "", "", "", "POST /conformance/powercycle", "", "POST /conformance/userpresence"},
		"pico": {"", "", "POST /usb2/power/off", "POST /usb2/power/on", "POST /usb2/power/off", "POST /usb2/power/on", "", "POST /usb2/touch/on", "POST /usb2/touch/off"},
	} {
		said = nil
		d := webhook.Device{Settings: webhook.Settings{URL: server.URL + "/", Style: style, Port: 2, TokenFile: token, Hold: time.Nanosecond}, Card: "nurse", Reader: "left"}
		if err := d.Check(); err != nil {
			t.Errorf("%s: %v", style, err)
		}
		for _, do := range []func(context.Context) error{
			d.Insert, d.Remove, d.PowerOff, d.PowerOn,
			func(ctx context.Context) error { return device.Cycle(ctx, d) },
			func(ctx context.Context) error { return d.Press(ctx, "1") },
			func(ctx context.Context) error { return d.Press(ctx, device.Touch) },
		} {
			before := len(said)
			err := do(t.Context())
			if len(said) == before {
				said = append(said, "")
				if !errors.Is(err, device.ErrUnsupported) {
					t.Errorf("%s: nothing was said, and the error is %v", style, err)
				}
			} else if err != nil {
				t.Errorf("%s: %v", style, err)
			}
		}
		if !slices.Equal(said, want) {
			t.Errorf("%s: said %q\nwant %q", style, said, want)
		}
	}
}

// Requirement: only 2xx is done; what the other side says is kept, a token is
// neither sent elsewhere nor shown. Source: facts, "blocks until 2xx; otherwise
// the power-cycle counts as failed". Turned red by: following redirects, or
// taking any answer for done.
func TestOnly2xxIsDone(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was followed elsewhere") }))
	defer elsewhere.Close()
	for code, says := range map[int]string{500: "the arm is stuck", 404: "404", 302: "302", 307: "307", 200: "", 204: "", 201: ""} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(code)
			if code != 204 {
				_, _ = io.WriteString(w, "the arm is stuck\n")
			}
		}))
		err := webhook.Device{Settings: webhook.Settings{URL: server.URL}}.Insert(t.Context())
		if (err == nil) != (says == "") || (err != nil && (!errors.Is(err, webhook.ErrHook) || !strings.Contains(err.Error(), says))) {
			t.Errorf("%d: %v", code, err)
		}
		server.Close()
		if err := (webhook.Device{Settings: webhook.Settings{URL: server.URL}}).Insert(t.Context()); !errors.Is(err, webhook.ErrHook) {
			t.Errorf("nobody there: %v", err)
		}
	}
	for _, s := range []webhook.Settings{{}, {URL: "ftp://x"}, {URL: "http://u:p@x"}, {URL: "http://x?token=1"}, {URL: "http://x", Style: "robot"}, {URL: "http://x", Port: -1}, {URL: "http://x", Method: "DELETE"}} {
		if s.Check() == nil {
			t.Errorf("%+v: taken", s)
		}
	}
}

// gadget writes down what it was told to do.
type gadget struct {
	name string
	said *[]string
	err  error
}

func (g gadget) do(what string) error {
	*g.said = append(*g.said, g.name+" "+what)
	return g.err
}
func (g gadget) Insert(context.Context) error              { return g.do("insert") }
func (g gadget) Remove(context.Context) error              { return g.do("remove") }
func (g gadget) PowerOn(context.Context) error             { return g.do("on") }
func (g gadget) PowerOff(context.Context) error            { return g.do("off") }
func (g gadget) Press(_ context.Context, key string) error { return g.do(key) }

// Requirement: other tools drive our gadgets in their own words; our client is
// one of them. A web page is none. Source: facts, "a HIL rig should offer this
// HTTP actuator API". Turned red by: another path, an error that reads as done,
// or hearing pages.
func TestActuator(t *testing.T) {
	var said []string
	var heard webhook.Results
	g := gadget{"fido", &said, nil}
	a := webhook.Actuator{Device: g, Results: func(r webhook.Results) { heard = r }, Ports: func(port string) (device.Device, bool) {
		err := map[string]error{"8": errors.New("the arm is stuck"), "9": fmt.Errorf("%w: no arm", device.ErrUnsupported)}[port]
		return gadget{port, &said, err}, port != "7"
	}}
	for _, row := range []struct {
		target, origin, body string
		code                 int
		says                 string
	}{
		{"http://localhost:3000/conformance/userpresence", "", "", 204, "fido touch"},
		{"http://127.0.0.1:3000/conformance/powercycle", "file://", "", 204, "fido off,fido on"},
		{"http://[::1]/usb1/power/off", "null", "", 204, "1 off"},
		{"http://localhost/usb1/power/on", "", "", 204, "1 on"},
		{"http://localhost/usb1/touch/on", "", "", 204, "1 touch"},
		{"http://localhost/usb1/touch/off", "", "", 204, ""},
		{"http://localhost/usb8/power/on", "", "", 502, "8 on"},
		{"http://localhost/usb9/power/on", "", "", 501, "9 on"},
		{"http://localhost/usb7/power/on", "", "", 404, ""},
		{"http://localhost/usb1/power/maybe", "", "", 404, ""},
		{"http://localhost/conformance/results", "", `{"passedTestsCount":3,"failedTests":["P-1"]}`, 204, ""},
		{"http://localhost/conformance/results", "", `[`, 400, ""},
		{"http://evil.example/conformance/powercycle", "", "", 403, ""},
		{"http://localhost/conformance/powercycle", "http://evil.example", "", 403, ""},
	} {
		said = nil
		w, r := httptest.NewRecorder(), httptest.NewRequest("POST", row.target, strings.NewReader(row.body))
		if row.origin != "" {
			r.Header.Set("Origin", row.origin)
		}
		a.ServeHTTP(w, r)
		if w.Code != row.code || strings.Join(said, ",") != row.says {
			t.Errorf("%s from %q: %d, did %q", row.target, row.origin, w.Code, said)
		}
	}
	if heard.Passed != 3 || len(heard.FailedTests) != 1 {
		t.Errorf("results %+v", heard)
	}
	server := httptest.NewServer(a)
	defer server.Close()
	said = nil
	fido := webhook.Device{Settings: webhook.Settings{URL: server.URL, Style: "fido"}}
	if err := errors.Join(fido.Press(t.Context(), device.Touch), fido.Cycle(t.Context())); err != nil || strings.Join(said, ",") != "fido touch,fido off,fido on" {
		t.Errorf("%v, did %q", err, said)
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequest("GET", "http://localhost/conformance/powercycle", nil))
	if w.Code != http.StatusMethodNotAllowed && w.Code != http.StatusNotFound {
		t.Errorf("GET: %d", w.Code)
	}
}
