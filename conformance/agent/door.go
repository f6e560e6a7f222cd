package agent

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// someID is of the right shape and nobody's.
const someID = "AAAAAAAAAAAAAAAAAAAAAA"

// channels are those that pages can use.
var channels = []browser.Channel{browser.Hub, browser.JSON, browser.Form}

// shut wants every channel refused for each of the origins, with the given
// status, and a person who is left in peace.
func shut(ctx context.Context, t *target.Target, origins ...string) error {
	if err := t.Person.Will(ctx, target.Answer{Cancel: true}); err != nil {
		return suite.Broken{Err: err}
	}
	b := browser.New(t.HTTP)
	for _, origin := range origins {
		for _, c := range channels {
			reply, err := b.Hand(ctx, browser.Knock{Port: t.Agent, Origin: origin}, c, someID)
			var no browser.Refused
			if err == nil {
				return fmt.Errorf("channel %s answers origin %q with status code %s", c, origin, journey.Status(reply.StatusCode))
			}
			if !errors.As(err, &no) {
				return err
			}
			if no.Status != http.StatusForbidden {
				return fmt.Errorf("channel %s answers origin %q with %d, not 403", c, origin, no.Status)
			}
		}
	}
	forms, err := t.Person.Saw(ctx)
	if err == nil && len(forms) > 0 {
		err = fmt.Errorf("the person saw %d forms that a foreign origin brought up", len(forms))
	}
	return err
}

func originForeign(ctx context.Context, t *target.Target) error {
	return shut(ctx, t, "https://attacker.example.test", "http://127.0.0.1:1")
}

func originNull(ctx context.Context, t *target.Target) error    { return shut(ctx, t, "null") }
func originMissing(ctx context.Context, t *target.Target) error { return shut(ctx, t, "") }

func originLookalike(ctx context.Context, t *target.Target) error {
	own := journey.LoginOrigin(t)
	return shut(ctx, t, own+"0", own+".attacker.example.test", own+"/", strings.Replace(own, "http", "https", 1), own+" "+own)
}

// hosts that are not this machine's.
var hosts = []string{"attacker.example.test", "127.0.0.1.attacker.example.test", "localhost.attacker.example.test:43485", "0.0.0.0"}

func hostWrong(ctx context.Context, t *target.Target) error {
	b := browser.New(t.HTTP)
	for _, host := range hosts {
		k := journey.Knock(t)
		k.Host = host
		for _, path := range []string{"/v1/status", "/signalr/negotiate?clientProtocol=2.1&connectionData=%5B%5D", "/signalr/hubs"} {
			p, err := b.Get(ctx, k, path)
			if err != nil {
				return err
			}
			if p.Status != http.StatusMisdirectedRequest {
				return fmt.Errorf("Host %q at %s is answered %d, not 421", host, path, p.Status)
			}
		}
		_, err := b.Hand(ctx, k, browser.JSON, someID)
		var no browser.Refused
		if !errors.As(err, &no) || no.Status != http.StatusMisdirectedRequest {
			return fmt.Errorf("Host %q at /v1/authenticate is not answered 421: %w", host, err)
		}
	}
	return nil
}

// tokenBound negotiates as the login page and goes on as the signing page.
func tokenBound(ctx context.Context, t *target.Target) error {
	b := browser.New(t.HTTP)
	token, err := b.Connect(ctx, journey.Knock(t))
	if err != nil {
		return err
	}
	for _, origin := range []string{target.SigningOrigin, "https://attacker.example.test", ""} {
		_, err := b.Send(ctx, browser.Knock{Port: t.Agent, Origin: origin}, token, "signinghub", "requestToSign", "")
		var no browser.Refused
		if !errors.As(err, &no) {
			return fmt.Errorf("a connection of the login page works for origin %q: %w", origin, err)
		}
	}
	return nil
}

// readable wants the exact origin on an answer.
func readable(h http.Header, origin string) error {
	switch got := h.Get("Access-Control-Allow-Origin"); {
	case got == "*":
		return fmt.Errorf("Access-Control-Allow-Origin is %q, a star: every page may read the answer", got)
	case got != origin:
		return fmt.Errorf("Access-Control-Allow-Origin is %q, not %q", got, origin)
	}
	if !strings.Contains(strings.Join(h.Values("Vary"), ","), "Origin") {
		return errors.New("Vary does not name Origin")
	}
	return nil
}

func cors(ctx context.Context, t *target.Target) error {
	b, k := browser.New(t.HTTP), journey.Knock(t)
	p, err := b.Get(ctx, k, "/v1/status")
	if err != nil {
		return err
	}
	if err := readable(p.Header, k.Origin); err != nil {
		return err
	}
	k.Origin = "https://attacker.example.test"
	p, err = b.Get(ctx, k, "/v1/status")
	if err == nil && p.Header.Get("Access-Control-Allow-Origin") != "" {
		err = fmt.Errorf("a foreign page is told Access-Control-Allow-Origin %q", p.Header.Get("Access-Control-Allow-Origin"))
	}
	return err
}

func preflight(ctx context.Context, t *target.Target) error {
	b, k := browser.New(t.HTTP), journey.Knock(t)
	p, err := b.Preflight(ctx, k, "/v1/authenticate")
	if err != nil {
		return err
	}
	if p.Status/100 != 2 {
		return fmt.Errorf("the login page's preflight is answered %d", p.Status)
	}
	if err := readable(p.Header, k.Origin); err != nil {
		return err
	}
	if !strings.Contains(strings.ToLower(p.Header.Get("Access-Control-Allow-Headers")), "content-type") {
		return errors.New("the preflight does not allow Content-Type")
	}
	k.Origin = "https://attacker.example.test"
	if p, err = b.Preflight(ctx, k, "/v1/authenticate"); err != nil {
		return err
	}
	if p.Status != http.StatusForbidden || p.Header.Get("Access-Control-Allow-Origin") != "" {
		return fmt.Errorf("a foreign page's preflight is answered %d", p.Status)
	}
	return nil
}

// bodies that the JSON channel must refuse, and with what.
var bodies = []struct {
	kind, body string
	want       int
}{
	{"application/json", `{"version":1,"id":"` + someID + `","issuer":"https://attacker.example.test"}`, http.StatusBadRequest},
	{"application/json", `{"version":1}{"version":1}`, http.StatusBadRequest},
	{"application/json", `{"version":"1","id":"` + someID + `"}`, http.StatusBadRequest},
	{"application/json", `[]`, http.StatusBadRequest},
	{"application/json", ``, http.StatusBadRequest},
	{"application/json", `{"version":1,"id":"` + strings.Repeat("A", 5000) + `"}`, http.StatusRequestEntityTooLarge},
	{"text/plain", `{"version":1,"id":"` + someID + `"}`, http.StatusUnsupportedMediaType},
}

func jsonStrict(ctx context.Context, t *target.Target) error {
	b := browser.New(t.HTTP)
	for _, x := range bodies {
		_, err := b.Post(ctx, journey.Knock(t), x.kind, x.body)
		var no browser.Refused
		if !errors.As(err, &no) {
			return fmt.Errorf("%.60q as %s is not refused: %w", x.body, x.kind, err)
		}
		if no.Status != x.want {
			return fmt.Errorf("%.60q as %s is answered %d, not %d", x.body, x.kind, no.Status, x.want)
		}
	}
	return nil
}

func method(ctx context.Context, t *target.Target) error {
	p, err := browser.New(t.HTTP).Get(ctx, journey.Knock(t), "/v1/authenticate?id="+someID)
	if err == nil && p.Status != http.StatusMethodNotAllowed {
		err = fmt.Errorf("GET is answered %d, not 405", p.Status)
	}
	return err
}

func status(ctx context.Context, t *target.Target) error {
	p, err := browser.New(t.HTTP).Get(ctx, journey.Knock(t), "/v1/status")
	if err != nil {
		return err
	}
	const want = `{"version":1,"protocol":1,"running":true}`
	if got := sorted(p.Body); p.Status != http.StatusOK || got != sorted(want) {
		return fmt.Errorf("status is answered %d %s, not %s", p.Status, p.Body, want)
	}
	return nil
}
