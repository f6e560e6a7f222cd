// Package agent is the production agent as a value: readers, a way to ask a
// person and settings go in, a door for browsers comes out. The program, and
// tests that do without one, wire the same value.
package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion"
	"github.com/smartcard-connect/smartcard-connect/agent/local"
	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/screen"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
	"github.com/smartcard-connect/smartcard-connect/agent/signin"
	"github.com/smartcard-connect/smartcard-connect/agent/signing"
)

// Agent is one user's agent. Settings, Readers, OpenCard and Prompter are
// required, every other field has a usable zero. Fields are set before the
// first call and not after.
type Agent struct {
	Settings settings.Settings
	Readers  reader.System
	// OpenCard finds the series of a card: series.Open.
	OpenCard func(reader.Card, *card.Memory) (card.Card, error)
	Prompter passcode.Prompter
	HTTP     *http.Client     // to identity services; zero uses the system's proxy and roots
	Now      func() time.Time // zero is time.Now
	Rand     io.Reader        // zero is crypto/rand
	Log      *slog.Logger     // zero is silence
	// Patience is how long a card may take for one answer; zero is 30 s.
	Patience time.Duration
	// Peer names the owner of a connection; zero asks the kernel.
	Peer func(local, remote netip.AddrPort) (peer.Owner, error)

	once    sync.Once
	signin  *signin.Service
	signing *signing.Service
	screen  screen.Screen // one thing at a time, others in turn
}

func (a *Agent) wire() {
	a.once.Do(func() {
		desk := &insertion.Desk{Readers: a.Readers, Open: a.OpenCard, Prompter: a.Prompter, Filter: a.Settings.ReaderFilter, Now: a.Now, Patience: a.Patience, Waiting: a.screen.Waiting}
		a.signin = &signin.Service{Desk: desk, FormTime: a.Settings.FormTime(), HTTP: a.HTTP, Now: a.Now, Rand: a.Rand, Log: a.Log}
		a.signing = &signing.Service{Desk: desk, FormTime: a.Settings.FormTime(), Now: a.Now, Log: a.Log}
	})
}

// Serve answers browsers on listeners, which have one port, until ctx ends.
func (a *Agent) Serve(ctx context.Context, listeners ...net.Listener) error {
	if len(listeners) == 0 {
		return errors.New("agent: nowhere to listen")
	}
	address, ok := listeners[0].Addr().(*net.TCPAddr)
	if !ok {
		return fmt.Errorf("agent: %v is not a TCP address", listeners[0].Addr())
	}
	owner, err := peer.Self()
	if err != nil {
		return err
	}
	door := &local.Door{Port: address.Port, Settings: a.Settings, SignIn: a.signIn, Sign: a.sign, Position: a.screen.At, Owner: owner, Now: a.Now, Rand: a.Rand, Log: a.Log}
	find := a.Peer
	if find == nil {
		find = peer.Find
	}
	server := &http.Server{Handler: door, ConnContext: peer.Remember(find), ReadHeaderTimeout: 5 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx },
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	return local.Serve(ctx, server, listeners)
}

// Authenticate is the uri channel: issuer must be configured. The result's
// Return address is local.Return's.
func (a *Agent) Authenticate(ctx context.Context, issuer, id string) signin.Result {
	i, ok := a.Settings.Issuer(issuer)
	if !ok {
		return signin.Result{Status: signin.BadArgument, Err: fmt.Errorf("agent: issuer %q is not in the settings", issuer)}
	}
	origin, _ := settings.Origin(issuer) // configured, so it has one
	return a.signIn(ctx, local.Wish{Origin: origin, Issuer: i, ID: id})
}

// signIn waits for its turn on the screen, unless the queue is full.
func (a *Agent) signIn(ctx context.Context, w local.Wish) signin.Result {
	a.wire()
	place, err := a.screen.Join(w.Origin, w.ID)
	if err != nil {
		a.full("sign-in refused", err)
		return signin.Result{Status: signin.Busy, Err: err}
	}
	defer place.Leave()
	return a.signin.SignIn(ctx, w.Issuer, w.ID, func(ctx context.Context) error { return place.Wait(ctx, w.Tell) })
}

func (a *Agent) sign(ctx context.Context, w local.Wish) signing.Response {
	a.wire()
	place, err := a.screen.Join(w.Origin, "")
	if err != nil {
		a.full("signature refused", err)
		now := a.Now
		if now == nil {
			now = time.Now
		}
		return signing.Busy(now())
	}
	defer place.Leave()
	return a.signing.Sign(ctx, w.Origin, a.environment(), w.Argument, func(ctx context.Context) error { return place.Wait(ctx, w.Tell) })
}

func (a *Agent) full(what string, err error) {
	if a.Log != nil {
		a.Log.Warn(what, "error", err)
	}
}

// environment of the first issuer stands for all: a machine belongs to one.
func (a *Agent) environment() string {
	if len(a.Settings.Issuers) == 0 {
		return ""
	}
	return a.Settings.Issuers[0].Banner()
}
