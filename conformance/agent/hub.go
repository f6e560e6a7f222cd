package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// transports wants the same answer by each transport. The argument is one that
// the agent refuses, so that no person is asked.
func transports(ctx context.Context, t *target.Target) error {
	for _, transport := range browser.Transports {
		raw, err := browser.New(t.HTTP).HubBy(ctx, journey.Knock(t), transport, "authenticationhub", "requestToAuthenticate", "no base64 !")
		if err != nil {
			return fmt.Errorf("transport %s: %w", transport, err)
		}
		var r browser.Reply
		if err := json.Unmarshal(raw, &r); err != nil || journey.Status(r.StatusCode) != journey.BadArgument {
			return fmt.Errorf("transport %s brings %s", transport, raw)
		}
	}
	return nil
}

// negotiated wants what the public clients read.
func negotiated(ctx context.Context, t *target.Target) error {
	n, err := browser.New(t.HTTP).Negotiate(ctx, journey.Knock(t))
	if err != nil {
		return err
	}
	if n["TryWebSockets"] != true {
		return fmt.Errorf("TryWebSockets is %v", n["TryWebSockets"])
	}
	if v := fmt.Sprint(n["ProtocolVersion"]); v != "2.0" && v != "2.1" && v != "1.5" {
		return fmt.Errorf("ProtocolVersion is %v", n["ProtocolVersion"])
	}
	if _, core := n["availableTransports"]; core {
		return errors.New("availableTransports is ASP.NET Core's, and clients of the classic one stop at it")
	}
	for _, member := range []string{"Url", "ConnectionToken", "ConnectionId", "KeepAliveTimeout", "DisconnectTimeout", "ConnectionTimeout", "TransportConnectTimeout", "LongPollDelay"} {
		if _, ok := n[member]; !ok {
			return fmt.Errorf("%s is missing", member)
		}
	}
	return nil
}

// noScripts tries the two transports by which another page could read.
func noScripts(ctx context.Context, t *target.Target) error {
	b, k := browser.New(t.HTTP), journey.Knock(t)
	token, err := b.Connect(ctx, k)
	if err != nil {
		return err
	}
	for _, path := range []string{
		"/signalr/connect?transport=foreverFrame&clientProtocol=2.1&connectionData=%5B%5D&frameId=1&connectionToken=" + token,
		"/signalr/negotiate?clientProtocol=2.1&connectionData=%5B%5D&callback=jsonp1",
	} {
		p, err := b.Get(ctx, k, path)
		if err != nil {
			return err
		}
		if p.Status != http.StatusBadRequest {
			return fmt.Errorf("%.40s is not refused: %d", path, p.Status)
		}
	}
	return nil
}

// hostLoopback asks under every address of this machine's own network.
func hostLoopback(ctx context.Context, t *target.Target) error {
	b := browser.New(t.HTTP)
	for _, name := range []string{"localhost", "127.0.0.1", "127.45.6.7", "127.255.255.254", "[::1]"} {
		k := journey.Knock(t)
		k.Host = fmt.Sprintf("%s:%d", name, t.Agent)
		p, err := b.Get(ctx, k, "/v1/status")
		if err != nil {
			return err
		}
		if p.Status != http.StatusOK {
			return fmt.Errorf("Host %s is answered %d", k.Host, p.Status)
		}
	}
	return nil
}

// privateNetwork looks at a header that only some browsers ask for.
func privateNetwork(ctx context.Context, t *target.Target) error {
	const header = "Access-Control-Allow-Private-Network"
	b, k := browser.New(t.HTTP), journey.Knock(t)
	for _, path := range []string{"/v1/authenticate", "/signalr/send"} {
		p, err := b.Preflight(ctx, k, path)
		if err != nil {
			return err
		}
		if p.Header.Get(header) != "true" {
			return fmt.Errorf("%s of %s is %q for the login page", header, path, p.Header.Get(header))
		}
		p, err = b.Preflight(ctx, browser.Knock{Port: t.Agent, Origin: "https://attacker.example.test"}, path)
		if err != nil {
			return err
		}
		if got := p.Header.Get(header); got != "" {
			return fmt.Errorf("%s of %s is %q for a foreign page", header, path, got)
		}
	}
	return nil
}

// otherAtDoor knocks as another user with everything else right.
func otherAtDoor(ctx context.Context, t *target.Target) error {
	for _, path := range []string{"/v1/status", "/signalr/negotiate?clientProtocol=2.1&connectionData=%5B%5D"} {
		p, err := browser.New(t.Other).Get(ctx, journey.Knock(t), path)
		if err != nil {
			return err
		}
		if p.Status != http.StatusForbidden || strings.Contains(p.Body, "ConnectionToken") {
			return fmt.Errorf("another user is answered %d at %.20s", p.Status, path)
		}
	}
	return nil
}
