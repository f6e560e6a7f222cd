package host

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/smartcard-connect/smartcard-connect/hil/device/manual"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/subject"
)

// People is a manual.Asker that asks where the farm's page is: NATS requests to
// hil.ask.HOST, answered by an Answer when a person has. Where no hub has a page,
// Else asks.
type People struct {
	NC   *nats.Conn
	Host string
	Else manual.Asker
}

var _ manual.Asker = People{}

// question is what goes over the wire: a thing to ask, or one that nobody waits for
// any more. Key tells them apart, and is the host's own.
type question struct {
	Key     string         `json:"key"`
	Request manual.Request `json:"request,omitzero"`
	Gone    bool           `json:"gone,omitempty"`
}

// Ask waits for a person's answer, until ctx ends. Errors are manual.Asker's, and
// wrap farm.ErrUnavailable where the hub went away meanwhile.
func (p People) Ask(ctx context.Context, what manual.Request) error {
	q := question{Key: rand.Text(), Request: what}
	raw, err := json.Marshal(q)
	if err != nil {
		return err
	}
	m, err := p.request(ctx, raw)
	if errors.Is(err, nats.ErrNoResponders) && p.Else != nil {
		return p.Else.Ask(ctx, what)
	}
	p.gone(q.Key)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %s: %w", manual.ErrRefused, what.Text, ctx.Err())
	case err != nil:
		return errors.Join(farm.ErrUnavailable, err)
	}
	var a Answer
	if err := json.Unmarshal(m.Data, &a); err != nil {
		return err
	}
	return a.err()
}

// joined is how long a host that has just joined may not know yet that somebody
// hears it.
const joined = 3 * time.Second

// request asks the pages, again for a while where none seems to be there.
func (p People) request(ctx context.Context, raw []byte) (*nats.Msg, error) {
	for end := time.Now().Add(joined); ; {
		m, err := p.NC.RequestWithContext(ctx, subject.Ask(p.Host), raw)
		if !errors.Is(err, nats.ErrNoResponders) || time.Now().After(end) {
			return m, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(joined / 10):
		}
	}
}

// gone takes the question off every page that still has it.
func (p People) gone(key string) {
	if raw, err := json.Marshal(question{Key: key, Gone: true}); err == nil {
		_ = p.NC.Publish(subject.Ask(p.Host), raw)
	}
}

// Hear asks people what hosts want done, until ctx ends. A question that nobody
// answered in most, because its host died, is dropped; 0 is an hour.
func Hear(ctx context.Context, nc *nats.Conn, people manual.Asker, most time.Duration) error {
	asked := newQuestions()
	sub, err := nc.Subscribe(subject.Ask("*"), func(m *nats.Msg) {
		var q question
		if json.Unmarshal(m.Data, &q) != nil || q.Key == "" {
			return
		}
		key := strings.Join([]string{m.Subject, q.Key}, " ") // a host ends its own questions only
		if q.Gone {
			asked.end(key)
			return
		}
		one := asked.begin(ctx, key, orElse(most, time.Hour))
		go func() {
			defer asked.end(key)
			if raw, err := json.Marshal(answer("", people.Ask(one, q.Request))); err == nil && m.Reply != "" {
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
