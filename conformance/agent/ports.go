package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// sorted is JSON with its members in order, or the text itself.
func sorted(text string) string {
	var v map[string]any
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	raw, _ := json.Marshal(v) // it came from JSON
	return string(raw)
}

// eachPort asks every port the same as the login page.
func eachPort(ctx context.Context, t *target.Target, path string, judge func(*browser.Page, string) error) error {
	k := journey.Knock(t)
	b := browser.New(t.HTTP)
	for _, port := range t.Ports {
		k.Port = port
		p, err := patient(ctx, b, k, path)
		if err == nil {
			err = judge(p, k.Origin)
		}
		for again := 0; err == nil && again < steady; again++ {
			if p, err = b.Get(ctx, k, path); err == nil {
				err = judge(p, k.Origin)
			}
		}
		if err != nil {
			return fmt.Errorf("port %d: %w", port, err)
		}
	}
	return nil
}

// steady is how often in a row a port is asked again once it has answered: a service
// that forgets its agent, and hears of it anew, knows it at some moments.
const steady = 5

// patient waits for a service that is only starting.
func patient(ctx context.Context, b *browser.Browser, k browser.Knock, path string) (*browser.Page, error) {
	for range 40 {
		p, err := b.Get(ctx, k, path)
		if err == nil && p.Status != http.StatusForbidden {
			return p, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return b.Get(ctx, k, path)
}

func portsAnswer(ctx context.Context, t *target.Target) error {
	return eachPort(ctx, t, "/PRS/GetPortNumber", func(p *browser.Page, _ string) error {
		var answer struct {
			PortData       *struct{ PortNumber int }
			FaultException json.RawMessage `json:"faultException"`
		}
		if err := json.Unmarshal([]byte(p.Body), &answer); err != nil {
			return fmt.Errorf("status %d and no JSON: %w", p.Status, err)
		}
		if answer.PortData == nil || answer.PortData.PortNumber != t.Agent {
			return fmt.Errorf("GetPortNumber does not name the agent's port %d: %s", t.Agent, p.Body)
		}
		if string(answer.FaultException) != "null" {
			return fmt.Errorf("faultException is %s, not null", answer.FaultException)
		}
		return nil
	})
}

func portsConnect(ctx context.Context, t *target.Target) error {
	return eachPort(ctx, t, "/PRS/ConnectPRService", func(p *browser.Page, _ string) error {
		if sorted(p.Body) != `{"statusCode":"200"}` {
			return fmt.Errorf("ConnectPRService answers %d %s", p.Status, p.Body)
		}
		return nil
	})
}

func portsCORS(ctx context.Context, t *target.Target) error {
	err := eachPort(ctx, t, "/PRS/GetPortNumber", func(p *browser.Page, origin string) error {
		if err := readable(p.Header, origin); err != nil {
			return err
		}
		if p.Header.Get("Access-Control-Allow-Credentials") != "true" {
			return fmt.Errorf("Access-Control-Allow-Credentials is %q", p.Header.Get("Access-Control-Allow-Credentials"))
		}
		return nil
	})
	if err != nil {
		return err
	}
	k := browser.Knock{Port: t.Ports[0], Origin: "https://attacker.example.test"}
	p, err := browser.New(t.HTTP).Get(ctx, k, "/PRS/GetPortNumber")
	if err == nil && (p.Status != http.StatusForbidden || p.Header.Get("Access-Control-Allow-Origin") != "") {
		err = fmt.Errorf("a foreign page is answered %d with Access-Control-Allow-Origin %q", p.Status, p.Header.Get("Access-Control-Allow-Origin"))
	}
	return err
}

func portsHost(ctx context.Context, t *target.Target) error {
	b := browser.New(t.HTTP)
	for _, port := range t.Ports {
		p, err := b.Get(ctx, browser.Knock{Port: port, Origin: journey.LoginOrigin(t), Host: "attacker.example.test"}, "/PRS/GetPortNumber")
		if err != nil {
			return err
		}
		if p.Status != http.StatusMisdirectedRequest {
			return fmt.Errorf("port %d answers a wrong Host with %d, not 421", port, p.Status)
		}
	}
	return nil
}

// portsOther asks as another user, who has no agent.
func portsOther(ctx context.Context, t *target.Target) error {
	for _, port := range t.Ports {
		p, err := browser.New(t.Other).Get(ctx, browser.Knock{Port: port}, "/PRS/GetPortNumber")
		if err != nil {
			return err
		}
		if p.Status != http.StatusOK || !strings.Contains(p.Body, `"portData":null`) || !strings.Contains(p.Body, `"code":"PR30007"`) {
			return fmt.Errorf("port %d answers another user with %d %s", port, p.Status, p.Body)
		}
	}
	return nil
}

// portsLeave lets a second agent come and go.
func portsLeave(ctx context.Context, t *target.Target) error {
	const other = 65000 // nobody knocks there
	leave, err := t.Join(ctx, other)
	if err != nil {
		return suite.Broken{Err: err}
	}
	if err := untilNamed(ctx, t, other); err != nil {
		leave()
		return err
	}
	leave()
	return untilNamed(ctx, t, t.Agent)
}

// untilNamed waits for the first port to name an agent.
func untilNamed(ctx context.Context, t *target.Target, agent int) error {
	k := journey.Knock(t)
	k.Port = t.Ports[0]
	last := ""
	for range 60 {
		p, err := browser.New(t.HTTP).Get(ctx, k, "/PRS/GetPortNumber")
		if err != nil {
			return err
		}
		if last = p.Body; strings.Contains(last, fmt.Sprintf(`"portNumber":%d}`, agent)) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("the port service never names %d, but %s", agent, last)
}
