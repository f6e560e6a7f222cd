package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/subject"
)

// plain is what a host's name may be, because it becomes part of a subject and
// of file names.
var plain = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)

// CheckName refuses a name that cannot be a host's.
func CheckName(host string) error {
	if !plain.MatchString(host) {
		return fmt.Errorf("%w: host %q: letters, digits, dots, - and _ only", farm.ErrUnknown, host)
	}
	return nil
}

// Serve answers commands for g's host until ctx ends. They come over NATS as
// requests to hil.rpc.HOST.VERB: a Command as JSON, answered by an Answer. The
// token is in the request and the Guard judges it: the bus is trusted with
// nothing.
func Serve(ctx context.Context, nc *nats.Conn, g *Guard) error {
	if err := CheckName(g.Host); err != nil {
		return err
	}
	sub, err := nc.Subscribe(rpc(g.Host, "*"), func(m *nats.Msg) {
		go func() { // one slow gadget must not hold up the others
			raw, err := json.Marshal(answer(serve(ctx, g, m)))
			if err == nil {
				_ = m.Respond(raw)
			}
		}()
	})
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = sub.Unsubscribe() })
	return nil
}

func serve(ctx context.Context, g *Guard, m *nats.Msg) (string, error) {
	var c Command
	if err := json.Unmarshal(m.Data, &c); err != nil {
		return "", fmt.Errorf("%w: no command: %w", farm.ErrUnknown, err)
	}
	if m.Subject != address(c) {
		return "", fmt.Errorf("%w: a command to %s came by %s", farm.ErrUnknown, address(c), m.Subject)
	}
	return g.Command(ctx, c)
}

func rpc(host, verb string) string { return subject.RPC(host) + "." + verb }

func address(c Command) string { return rpc(c.Device.Host, c.Verb) }

// Remote is a Commander over NATS.
type Remote struct {
	NC   *nats.Conn
	Most time.Duration // to wait for an answer; 0 is half a minute
}

// Command asks the device's host.
func (r Remote) Command(ctx context.Context, c Command) (string, error) {
	if err := CheckName(c.Device.Host); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, orElse(r.Most, 30*time.Second))
	defer cancel()
	raw, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	m, err := r.NC.RequestWithContext(ctx, address(c), raw)
	if err != nil {
		return "", errors.Join(farm.ErrUnavailable, fmt.Errorf("host %s: %w", c.Device.Host, err))
	}
	var a Answer
	if err := json.Unmarshal(m.Data, &a); err != nil {
		return "", err
	}
	return a.Answer, a.err()
}
