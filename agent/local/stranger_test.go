package local

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// speak sends raw bytes and reads until the door hangs up.
func (p *porch) speak(t *testing.T, text string) (code int, hungUp bool) {
	t.Helper()
	c, err := net.Dial("tcp", p.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(c, strings.ReplaceAll(text, "PORT", fmt.Sprint(p.door.Port))); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(c)
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_, err = in.ReadByte()
	return resp.StatusCode, err == io.EOF
}

// Requirement: one Host, in one place (PROTOCOL.md §4; RFC 9112 §3.2). Turned
// red by: believing the target's host, or one of two headers.
func TestHostHasOnePlace(t *testing.T) {
	const rest = "Origin: " + login + "\r\nConnection: close\r\n\r\n"
	for name, c := range map[string]struct {
		text string
		code int
	}{
		"right":         {"GET /v1/status HTTP/1.1\r\nHost: localhost:PORT\r\n" + rest, 200},
		"absolute form": {"GET http://localhost:PORT/v1/status HTTP/1.1\r\nHost: evil.example\r\n" + rest, 421},
		"two hosts":     {"GET /v1/status HTTP/1.1\r\nHost: localhost:PORT\r\nHost: evil.example\r\n" + rest, 400},
		"no host":       {"GET /v1/status HTTP/1.0\r\n" + rest, 421},
		"forwarded":     {"GET /v1/status HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost:PORT\r\n" + rest, 421},
		"trailing dot":  {"GET /v1/status HTTP/1.1\r\nHost: localhost.:PORT\r\n" + rest, 421},
		"no port":       {"GET /v1/status HTTP/1.1\r\nHost: localhost\r\n" + rest, 421},
	} {
		if code, _ := newPorch(t).speak(t, c.text); code != c.code {
			t.Errorf("%s: %d, want %d", name, code, c.code)
		}
	}
}

// Requirement: version and id, once each, spelt so (PROTOCOL.md §4, strict
// JSON). Turned red by: taking the last of two ids.
func TestMembersStandOnce(t *testing.T) {
	if got, err := parseID([]byte(strict)); err != nil || got != id {
		t.Fatal(got, err)
	}
	for _, body := range []string{
		`{"version":1,"id":"` + id + `","id":"` + id + `"}`, `{"version":1,"version":1,"id":"` + id + `"}`,
		`{"version":1,"ID":"` + id + `"}`, `{"version":1,"id":["` + id + `"]}`, `{"version":1,"id":{"id":1}}`,
		`[]`, `null`, `"id"`, `{`, `{"version":1`, ``,
	} {
		if got, err := parseID([]byte(body)); err == nil {
			t.Errorf("%s: took %q", body, got)
		}
	}
}

// Requirement: a stranger is refused and holds nothing, even one who announces
// a body and never sends it (second user on the machine). Turned red by:
// draining the body of a refused request.
func TestStrangerHoldsNothing(t *testing.T) {
	p := newPorch(t, func(p *porch) { p.owner = peer.Owner{User: "1001", Session: 2} })
	code, hungUp := p.speak(t, "POST /v1/authenticate HTTP/1.1\r\nHost: localhost:PORT\r\nOrigin: "+login+"\r\nContent-Length: 1000\r\n\r\n")
	if code != http.StatusForbidden || !hungUp {
		t.Errorf("%d, hung up: %v", code, hungUp)
	}
}
