package provider

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// notice is one request to an application's back channel.
type notice struct {
	Method, Type string
	Token        string // logout_token
}

// mailbox is where the first application is told that sessions end.
type mailbox struct {
	t    *target.Target
	told chan notice
}

// room is how many notices a mailbox holds; more are answered and lost.
const room = 4096

// patience is how long a notice may be under way.
const patience = 5 * time.Second

// errUntold is what is wrong when no notice comes.
var errUntold = errors.New("the application is not told that the session has ended")

// listening lets the application be told while body runs. It answers with the
// status.
func listening(ctx context.Context, t *target.Target, status int, body func(m *mailbox) error) error {
	client, err := t.Client(0)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return suite.Broken{Err: err}
	}
	m := &mailbox{t: t, told: make(chan notice, room)}
	server := &http.Server{Handler: m.handler(status), ReadHeaderTimeout: patience}
	go func() { _ = server.Serve(l) }() // ends with ErrServerClosed at Close
	defer server.Close()
	if err := t.Side.SetLogout(ctx, client.ID, "", "http://"+l.Addr().String()+"/backchannel"); err != nil {
		return suite.Broken{Err: err}
	}
	said := body(m)
	if err := t.Side.SetLogout(context.WithoutCancel(ctx), client.ID, "", ""); err != nil {
		return suite.Broken{Err: err}
	}
	return said
}

func (m *mailbox) handler(status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
		n := notice{r.Method, r.Header.Get("Content-Type"), r.PostFormValue("logout_token")}
		select {
		case m.told <- n:
		default:
		}
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
	})
}

// next is the next notice.
func (m *mailbox) next(ctx context.Context) (notice, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case n := <-m.told:
		return n, nil
	case <-ctx.Done():
		return notice{}, fmt.Errorf("%w: no notice in %s", errUntold, patience)
	}
}

// hears waits for the notice of one session; those of others end with it, where
// time is up.
func (m *mailbox) hears(ctx context.Context, sid any) error {
	for {
		n, err := m.next(ctx)
		if err != nil {
			return err
		}
		if c, err := payload(n.Token); err == nil && c["sid"] == sid {
			return nil
		}
	}
}

// out signs the person in and out again, and returns the session that was and
// the notice of its end.
func (m *mailbox) out(ctx context.Context) (*relyingparty.Session, notice, error) {
	j, err := arrive(ctx, m.t, journey.Options{})
	if err != nil {
		return nil, notice{}, err
	}
	s, err := j.Flow.Finish(ctx, j.Page.URL)
	if err != nil {
		return nil, notice{}, err
	}
	page, err := end(ctx, m.t, j, s.RawID, nil)
	if err != nil {
		return nil, notice{}, err
	}
	if page.Status != 0 {
		return nil, notice{}, fmt.Errorf("signing out ends at %s with status %d", page.URL.Path, page.Status)
	}
	n, err := m.next(ctx)
	return s, n, err
}
