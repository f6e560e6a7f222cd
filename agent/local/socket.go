package local

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// socket is the transport webSockets (RFC 6455): invocations come and results
// go in text frames. A page that leaves takes its invocations with it.
func (d *Door) socket(w http.ResponseWriter, r *http.Request, c *connection, first messages) {
	// The door has checked Origin against the settings; the library would
	// compare it with Host.
	s, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		d.log().Warn("no web socket", "error", err) // Accept has answered
		return
	}
	defer func() { _ = s.CloseNow() }()
	s.SetReadLimit(maxInvocation)
	ctx, leave := d.hub.hang(r.Context(), c, d.now)
	defer leave()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	write := func(v any) error {
		limited, cancel := context.WithTimeout(ctx, writeTime)
		defer cancel()
		return wsjson.Write(limited, s, v)
	}
	go func() {
		defer cancel()
		err := d.stream(ctx, c, first, write)
		d.log().Debug("a web socket ended", "error", err)
		_ = s.Close(websocket.StatusNormalClosure, "")
	}()
	d.frames(ctx, r, c, s, write)
}

// overwrite sends a sign of life that is longer than the socket's buffer, in
// which a ticket would stay otherwise. Clients pass over it.
func overwrite(ctx context.Context, s *websocket.Conn) error {
	limited, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	return s.Write(limited, websocket.MessageText, []byte("{"+strings.Repeat(" ", 8<<10)+"}"))
}

// frames runs the invocations of a socket until it ends.
func (d *Door) frames(ctx context.Context, r *http.Request, c *connection, s *websocket.Conn, write func(any) error) {
	for {
		kind, raw, err := s.Read(ctx)
		if err != nil {
			return
		}
		var call invocation
		if kind != websocket.MessageText || json.Unmarshal(raw, &call) != nil {
			_ = s.Close(websocket.StatusInvalidFramePayloadData, "data is not an invocation")
			return
		}
		// The count of invocations is taken here, so that frames cannot
		// outrun it.
		run, err := d.begin(ctx, r.Header.Get("Origin"), c, call)
		if err != nil {
			_ = write(failed(call, err))
			continue
		}
		go func() {
			err := write(run())
			if err == nil {
				err = overwrite(ctx, s)
			}
			if err != nil {
				_ = s.CloseNow()
			}
		}()
	}
}
