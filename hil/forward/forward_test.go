package forward_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/forward"
	"github.com/smartcard-connect/smartcard-connect/hil/porttest"
)

func socket(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "f")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// Source: hil README, "your own browser reaches what runs inside". The same
// port cannot be used twice in one namespace, so the socket's inner half is
// asked for another here. Turned red by: losing bytes either way.
func TestInsideServesOfferedPorts(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }))
	defer server.Close()
	port := server.Listener.Addr().(*net.TCPAddr).Port
	s := socket(t)
	if err := forward.Inside(t.Context(), s, []int{port}); err != nil {
		t.Fatal(err)
	}
	want := bytes.Repeat([]byte("abc"), 100_000)
	client := http.Client{Transport: &http.Transport{Dial: func(string, string) (net.Conn, error) {
		c, err := net.Dial("unix", s)
		if err == nil {
			_, err = io.WriteString(c, strconv.Itoa(port)+"\n")
		}
		return c, err
	}}}
	defer client.CloseIdleConnections()
	resp, err := client.Post("http://inside/", "text/plain", bytes.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if got, err := io.ReadAll(resp.Body); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes came back of %d, %v", len(got), len(want), err)
	}
}

// Turned red by: dialling any port that is asked for.
func TestInsideRefusesOtherPorts(t *testing.T) {
	s := socket(t)
	if err := forward.Inside(t.Context(), s, []int{1}); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"2\n", "x\n", "11111111111111111111111111\n"} {
		c, err := net.Dial("unix", s)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, line)
		if b, _ := io.ReadAll(c); len(b) != 0 {
			t.Errorf("%q was answered %q", line, b)
		}
	}
}

// Turned red by: not naming the port to the inner half.
func TestOutsideNamesThePort(t *testing.T) {
	s := socket(t)
	l, err := net.Listen("unix", s)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	port := porttest.Free(t)
	if err := forward.Outside(t.Context(), port, s); err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(c, "hello")
	_ = c.(*net.TCPConn).CloseWrite()
	inner, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	got, _ := io.ReadAll(inner)
	_ = inner.Close()
	if want := strconv.Itoa(port) + "\nhello"; string(got) != want {
		t.Errorf("inner half heard %q, want %q", got, want)
	}
}
