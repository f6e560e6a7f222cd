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
	"github.com/smartcard-connect/smartcard-connect/agent/logfile"
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
	// Current gives settings that may change while the agent serves: a sign-in
	// begins with what it gives then, and a form that is shown keeps them. Zero
	// is Settings, always.
	Current func() settings.Settings
	// PrompterFor makes the prompter that settings ask for. Zero is Prompter,
	// always.
	PrompterFor func(settings.Settings) passcode.Prompter
	Readers     reader.System
	// OpenCard finds the series of a card: series.Open.
	OpenCard func(reader.Card, *card.Memory) (card.Card, error)
	Prompter passcode.Prompter
	HTTP     *http.Client     // to identity services; zero uses the system's proxy and roots
	Now      func() time.Time // zero is time.Now
	Rand     io.Reader        // zero is crypto/rand
	Log      *slog.Logger     // zero is silence
	// HubLog and SigningLog are kept apart where logs are files; zero is Log.
	HubLog, SigningLog *slog.Logger
	// Patience is how long a card may take for one answer; zero is 30 s.
	Patience time.Duration
	// Device opens this machine's key; zero is a machine that has none.
	Device func() (signin.Device, error)
	// Ended, if set, is told of every sign-in that is over.
	Ended func(signin.Ending)
	// Forgotten, if set, is called when what a sign-in left in memory has been
	// collected: a program of its own then sees to its threads.
	Forgotten func()
	// Peer names the owner of a connection; zero asks the kernel.
	Peer func(local, remote netip.AddrPort) (peer.Owner, error)

	once    sync.Once
	desk    *insertion.Desk
	signin  *signin.Service
	signing *signing.Service
	screen  screen.Screen // one thing at a time, others in turn
}

func (a *Agent) wire() {
	a.once.Do(func() {
		a.desk = &insertion.Desk{Readers: a.Readers, Open: a.OpenCard, Prompter: a.Prompter, Now: a.Now, Patience: a.Patience, Waiting: &a.screen}
		a.signin = &signin.Service{Desk: a.desk, HTTP: a.HTTP, Now: a.Now, Rand: a.Rand, Log: a.Log, Device: a.Device, Ended: a.Ended, FormTime: a.formTime}
		a.signing = &signing.Service{Desk: a.desk, Now: a.Now, Log: or(a.SigningLog, a.Log), FormTime: a.formTime}
	})
}

// follow takes the settings of this moment for what comes onto the screen next.
// The caller holds the screen, so nothing that runs is changed.
func (a *Agent) follow() {
	set := a.settings()
	a.desk.Filter, a.desk.Keypad = set.ReaderFilter, keypad(set.Keypad)
	if a.PrompterFor != nil {
		a.desk.Prompter = a.PrompterFor(set)
	}
	a.signin.ExpiryWarning = set.ExpiryWarning()
}

// keypad is the setting Keypad; nothing is digits.
func keypad(setting string) insertion.Keypad {
	switch setting {
	case "always":
		return insertion.KeypadAlways
	case "never":
		return insertion.KeypadNever
	}
	return insertion.KeypadForDigits
}

func (a *Agent) formTime() time.Duration { return a.settings().FormTime() }

func (a *Agent) settings() settings.Settings {
	if a.Current == nil {
		return a.Settings
	}
	return a.Current()
}

func or(log, otherwise *slog.Logger) *slog.Logger {
	if log == nil {
		return otherwise
	}
	return log
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
	door := &local.Door{Port: address.Port, Current: a.settings, SignIn: a.signIn, Sign: a.sign, Position: a.screen.At, Owner: owner, Now: a.Now, Rand: a.Rand, Log: or(a.HubLog, a.Log)}
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
	set := a.settings()
	i, ok := set.Issuer(issuer)
	if set.HandOverFallback == "no" {
		return signin.Result{Status: signin.BadArgument, Err: errors.New("agent: the settings (HandOverFallback) do not allow addresses")}
	}
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
	defer a.forget()
	return a.signin.SignIn(ctx, w.Issuer, w.ID, func(ctx context.Context) error { return a.turn(ctx, place, w) })
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
	return a.signing.Sign(ctx, w.Origin, a.environment(), w.Argument, func(ctx context.Context) error { return a.turn(ctx, place, w) })
}

// turn waits for the screen, and then takes the settings of that moment.
func (a *Agent) turn(ctx context.Context, place *screen.Place, w local.Wish) error {
	if err := place.Wait(ctx, w.Tell); err != nil {
		return err
	}
	a.follow()
	return nil
}

func (a *Agent) full(what string, err error) {
	if a.Log != nil {
		a.Log.Warn(what, "error", err, logfile.Attr(logfile.SignIn(uint32(signin.Busy))))
	}
}

// environment of the first issuer stands for all: a machine belongs to one.
func (a *Agent) environment() string {
	issuers := a.settings().Issuers
	if len(issuers) == 0 {
		return ""
	}
	return issuers[0].Banner()
}
