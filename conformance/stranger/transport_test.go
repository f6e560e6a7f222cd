package stranger_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// Requirement: the public SignalR client in a real browser, at the signing
// page's own origin, signs over each of the three classic transports, finds one
// by itself when it may choose, and is never given a forever-frame. Source:
// protocol §3; facts of SignalR 2. Turned red by: an event stream that is not
// flushed, a web socket without the result, door.cors-open.
func TestSignalRTransports(t *testing.T) {
	node(t)
	page := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!doctype html><title>Prescriptions</title>")
	}))
	defer page.Close()
	name := strings.TrimPrefix(target.SigningOrigin, "https://")
	s := screen(t, chromedp.Flag("host-resolver-rules", "MAP "+name+" "+page.Listener.Addr().String()), chromedp.Flag("ignore-certificate-errors", true))
	for want, asked := range map[string]string{
		"webSockets": `"webSockets"`, "serverSentEvents": `"serverSentEvents"`, "longPolling": `"longPolling"`,
		"webSockets by choice":       `["webSockets", "serverSentEvents", "foreverFrame", "longPolling"]`,
		"serverSentEvents by choice": `["foreverFrame", "serverSentEvents", "longPolling"]`,
	} {
		t.Run(want, func(t *testing.T) {
			c := cell(t, "9", iso7816.T1)
			text, argument := prescription()
			s := onScreen{t, s.tab, s.axe}
			s.do(chromedp.Navigate(target.SigningOrigin))
			s.text(bundle(t, "signalr-no-jquery") + `; "loaded"`)
			out, err := chromedp.Run(s.tab, chromedp.Evaluate[string](fmt.Sprintf(`(async () => {
				const connection = require("signalr-no-jquery").hubConnection("http://localhost:%d", { useDefaultPath: true });
				const proxy = connection.createHubProxy("signingHub");
				const settled = (d) => new Promise((yes, no) => d.done(yes).fail(no));
				await settled(connection.start({ transport: %s, withCredentials: true }));
				const result = await settled(proxy.invoke("requestToSign", %q));
				const transport = connection.transport.name;
				connection.stop();
				return JSON.stringify({ ...result, transport });
			})()`, c.Agent, asked, argument), chromedp.EvalAwaitPromise))
			if err != nil {
				t.Fatal(err)
			}
			verifySigned(t, out, text)
			var by struct{ Transport string }
			if chosen, _, _ := strings.Cut(want, " "); json.Unmarshal([]byte(out), &by) != nil || by.Transport != chosen {
				t.Errorf("it went by %q", by.Transport)
			}
		})
	}
}

// required finds what a CommonJS module asks for.
var required = regexp.MustCompile(`require\(['"]([^'"]+)['"]\)`)

// bundle is a script that has an npm package and what it needs behind a
// function require: browsers know no CommonJS.
func bundle(t *testing.T, name string) string {
	t.Helper()
	out := &strings.Builder{}
	fmt.Fprint(out, "globalThis.sources = {};\n")
	seen := map[string]bool{}
	var add func(id string)
	add = func(id string) {
		if seen[id] {
			return
		}
		seen[id] = true
		raw, err := os.ReadFile(id)
		if err != nil {
			t.Fatal(err)
		}
		names := map[string]string{}
		for _, m := range required.FindAllStringSubmatch(string(raw), -1) {
			names[m[1]] = resolve(t, filepath.Dir(id), m[1])
		}
		known, _ := json.Marshal(names)
		fmt.Fprintf(out, "sources[%q] = [function (module, exports, require) {\n%s\n}, %s];\n", id, raw, known)
		for _, n := range names {
			add(n)
		}
	}
	start := resolve(t, ".", name)
	add(start)
	fmt.Fprintf(out, `globalThis.loaded = {};
globalThis.load = (id) => {
	if (!loaded[id]) {
		loaded[id] = { exports: {} };
		const [run, names] = sources[id];
		run(loaded[id], loaded[id].exports, (name) => load(names[name]));
	}
	return loaded[id].exports;
};
globalThis.require = () => load(%q);
`, start)
	return out.String()
}

// resolve is the file of a module, as Node finds it.
func resolve(t *testing.T, dir, name string) string {
	t.Helper()
	at := filepath.Join("node_modules", name)
	if strings.HasPrefix(name, ".") {
		at = filepath.Join(dir, name)
	}
	if raw, err := os.ReadFile(filepath.Join(at, "package.json")); err == nil {
		var p struct{ Main string }
		_ = json.Unmarshal(raw, &p)
		at = filepath.Join(at, p.Main)
	}
	for _, try := range []string{at, at + ".js", filepath.Join(at, "index.js")} {
		if info, err := os.Stat(try); err == nil && info.Mode().IsRegular() {
			return try
		}
	}
	t.Fatalf("no module %q from %q", name, dir)
	return ""
}
