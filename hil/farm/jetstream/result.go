package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/subject"
)

// ledgerStream is on a host's own server.
const ledgerStream = "RESULTS_OUT"

// Entry of a ledger is what a host found in an attempt, whether or not it counts:
// that the cell's record says.
type Entry struct {
	Work    farm.Work    `json:"work"`
	Token   farm.Token   `json:"token"`
	Outcome farm.Outcome `json:"outcome"`
}

// Ledger is where a host writes down results before it commits them. On its own
// server it can do so while the hub is away; Forward brings them there later.
type Ledger struct {
	js    js.JetStream
	start func(host string) string // of the subjects
}

// OpenLedger opens the ledger on a host's own server.
func OpenLedger(ctx context.Context, nc *nats.Conn, host string) (*Ledger, error) {
	j, err := js.NewWithDomain(nc, subject.HostDomain(host))
	if err != nil {
		return nil, err
	}
	_, err = j.CreateOrUpdateStream(ctx, js.StreamConfig{Name: ledgerStream, Subjects: []string{subject.Result(host) + ".>"}, Duplicates: day, MaxAge: 90 * day})
	if err != nil {
		return nil, unavailable(err)
	}
	return &Ledger{j, subject.Result}, nil
}

// Ledger writes straight into the hub's, for a host without a server of its own.
func (f *Farm) Ledger() *Ledger { return &Ledger{f.js, subject.Direct} }

// Append writes an entry down once, however often it is called.
func (l *Ledger) Append(ctx context.Context, e Entry) error {
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	w := e.Work
	to := fmt.Sprintf("%s.%s.%d", l.start(w.Host), subject.Cell(w.Run, w.Cell), w.Attempt)
	id := fmt.Sprintf("%s/%s/%d/%s/%d", w.Run, w.Cell, w.Attempt, e.Token.Incarnation, e.Token.Fence)
	if _, err = l.js.Publish(ctx, to, data, js.WithMsgID(id)); err != nil {
		return unavailable(err)
	}
	return nil
}

// Forward brings what is in a host's ledger to the hub, in order and each entry
// once, until ctx ends. While the hub is away it goes on trying.
//
// The server could fetch it by itself, as the source of a stream. But it notices
// only after 40 seconds to two minutes that a host is back, and the host would have
// to let the hub into its JetStream, and answer where other hosts' answers go.
func (l *Ledger) Forward(ctx context.Context, to *Farm, host string) error {
	c, err := l.js.CreateOrUpdateConsumer(ctx, ledgerStream, js.ConsumerConfig{Durable: "hub", AckPolicy: js.AckExplicitPolicy, AckWait: 10 * time.Second, MaxAckPending: 1})
	if err != nil {
		return unavailable(err)
	}
	for ctx.Err() == nil {
		m, err := c.Next(js.FetchMaxWait(pull))
		if err == nil {
			err = to.receive(ctx, host, m)
		}
		if err != nil && !errors.Is(err, js.ErrNoMessages) && !errors.Is(err, nats.ErrTimeout) {
			to.Log.Debug("forwarding results", "error", err)
			_ = pause(ctx, 15)
		}
	}
	return ctx.Err()
}

// receive writes an entry of a host's ledger into the hub's. It is the same entry
// however often that is tried: it keeps its ID.
func (f *Farm) receive(ctx context.Context, host string, m js.Msg) error {
	rest := strings.TrimPrefix(m.Subject(), subject.Result(host))
	if _, err := f.js.Publish(ctx, subject.Direct(host)+rest, m.Data(), js.WithMsgID(m.Headers().Get(js.MsgIDHeader))); err != nil {
		return errors.Join(err, m.NakWithDelay(time.Second))
	}
	return m.DoubleAck(ctx)
}

// Results are all entries of a run that the hub has, in the order they came.
func (f *Farm) Results(ctx context.Context, run string) ([]Entry, error) {
	var out []Entry
	err := f.scan(ctx, resultsStream, "hil.result.*."+subject.Token(run)+".>", func(m *js.RawStreamMsg) error {
		var e Entry
		err := json.Unmarshal(m.Data, &e)
		out = append(out, e)
		return err
	})
	return out, err
}

// scan hands over the messages that a stream has now. It asks the leader for one
// after another: a consumer would have to be cleared away.
func (f *Farm) scan(ctx context.Context, stream, match string, take func(*js.RawStreamMsg) error) error {
	s, err := f.js.Stream(ctx, stream)
	if err != nil {
		return unavailable(err)
	}
	last := s.CachedInfo().State.LastSeq
	for next := uint64(1); next <= last; {
		m, err := s.GetMsg(ctx, next, js.WithGetMsgSubject(match))
		if errors.Is(err, js.ErrMsgNotFound) {
			return nil
		}
		if err != nil {
			return unavailable(err)
		}
		if err := take(m); err != nil {
			return err
		}
		next = m.Sequence + 1
	}
	return nil
}
