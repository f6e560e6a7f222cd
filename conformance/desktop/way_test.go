//go:build linux && cgo

package desktop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
)

// way hands a sign-in over to the agent.
type way func(context.Context, *cell, *journey.Journey) (browser.Reply, error)

// ways are all that a page may take (agent/PROTOCOL.md sections 3 and 4).
var ways = map[string]way{
	"json": byChannel(browser.JSON), "form": byChannel(browser.Form),
	"long polling": byHub("longPolling"), "server-sent events": byHub(browser.ServerSentEvents), "web socket": byOpenSocket,
}

func byChannel(channel browser.Channel) way {
	return func(ctx context.Context, _ *cell, j *journey.Journey) (browser.Reply, error) {
		return j.Hand(ctx, channel)
	}
}

func byHub(transport string) way {
	return func(ctx context.Context, c *cell, j *journey.Journey) (reply browser.Reply, err error) {
		raw, err := j.Browser.HubBy(ctx, journey.Knock(c.target), transport, "authenticationhub", "requestToAuthenticate", argument(j))
		if err != nil {
			return reply, err
		}
		return reply, json.Unmarshal(raw, &reply)
	}
}

func argument(j *journey.Journey) string {
	return browser.Argument(map[string]any{"version": 1, "id": j.ID})
}

// byOpenSocket is a page that keeps its web socket after the answer came.
func byOpenSocket(ctx context.Context, c *cell, j *journey.Journey) (reply browser.Reply, err error) {
	knock := journey.Knock(c.target)
	n, err := j.Browser.Negotiate(ctx, knock)
	if err != nil {
		return reply, err
	}
	q := url.Values{"clientProtocol": {"2.1"}, "transport": {"webSockets"}, "connectionToken": {fmt.Sprint(n["ConnectionToken"])}}
	address := fmt.Sprintf("http://127.0.0.1:%d/signalr/connect?%s", knock.Port, q.Encode())
	s, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {knock.Origin}}})
	if err != nil {
		return reply, err
	}
	c.t.Cleanup(func() { _ = s.CloseNow() })
	call := map[string]any{"H": "authenticationhub", "M": "requestToAuthenticate", "A": []string{argument(j)}, "I": 0}
	for err = wsjson.Write(ctx, s, call); err == nil; {
		var frame struct{ R *browser.Reply }
		if err = wsjson.Read(ctx, s, &frame); frame.R != nil {
			return *frame.R, nil
		}
	}
	return reply, err
}
