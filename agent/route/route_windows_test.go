package route

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/sys/windows/registry"
)

const connections = `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections`

// set is what the user's Internet Options would write, until the test ends: a
// record with flags (2 proxy, 4 script) and three strings with their lengths
// before them, little-endian. The machine is a throw-away one.
func set(t *testing.T, flags uint32, proxy, bypass, script string) {
	t.Helper()
	raw := binary.LittleEndian.AppendUint32(nil, 0x46)
	raw = binary.LittleEndian.AppendUint32(raw, 1) // counts changes
	raw = binary.LittleEndian.AppendUint32(raw, flags|1)
	for _, s := range []string{proxy, bypass, script} {
		raw = append(binary.LittleEndian.AppendUint32(raw, uint32(len(s))), s...)
	}
	raw = append(raw, make([]byte, 32)...)
	k, _, err := registry.CreateKey(registry.CURRENT_USER, connections, registry.ALL_ACCESS)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.DeleteValue("DefaultConnectionSettings"); _ = k.Close() })
	if err := k.SetBinaryValue("DefaultConnectionSettings", raw); err != nil {
		t.Fatal(err)
	}
}

// cache is a proxy that says what it was asked for.
func cache(t *testing.T) (s *httptest.Server, host string) {
	t.Helper()
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/proxy.pac" {
			w.Header().Set("Content-Type", "application/x-ns-proxy-autoconfig")
			_, _ = fmt.Fprintf(w, `function FindProxyForURL(url, host) { return host == "am.nhs.test" ? "PROXY %s" : "DIRECT"; }`, r.Host)
			return
		}
		_, _ = io.WriteString(w, "proxied "+r.RequestURI)
	}))
	t.Cleanup(s.Close)
	return s, strings.TrimPrefix(s.URL, "http://")
}

// Requirement: the proxy that the user has set is taken, and the doctor can
// name it. Source: issue 5 point 5 (as WinHTTP would choose it). Turned red by:
// WINHTTP_ACCESS_TYPE_NO_PROXY, or by not reading the user's settings.
func TestUsersProxy(t *testing.T) {
	_, host := cache(t)
	set(t, 2, host, "*.elsewhere.test;<local>", "")
	through(t, "http://am.nhs.test/realm", host)
	r, _ := http.NewRequestWithContext(t.Context(), "GET", "http://a.elsewhere.test/", nil)
	if p, err := Proxy(r); p != nil || err != nil {
		t.Errorf("bypassed host by %v, %v", p, err)
	}
}

// Requirement: a proxy script (PAC) decides. Source: issue 5 point 5. Turned
// red by: leaving the script out.
func TestScriptsProxy(t *testing.T) {
	s, host := cache(t)
	set(t, 4, "", "", s.URL+"/proxy.pac")
	through(t, "http://am.nhs.test/realm", host)
	r, _ := http.NewRequestWithContext(t.Context(), "GET", "http://other.nhs.test/", nil)
	if p, err := Proxy(r); p != nil || err != nil {
		t.Errorf("a host that the script sends directly: %v, %v", p, err)
	}
}

func through(t *testing.T, url, host string) {
	t.Helper()
	r, _ := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if p, err := Proxy(r); err != nil || p == nil || p.Host != host {
		t.Errorf("named %v, %v; want %s", p, err, host)
	}
	resp := get(t, Transport(), url)
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || strings.Replace(string(body), ":80/", "/", 1) != "proxied "+url {
		t.Errorf("%q, %v", body, err)
	}
}
