package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

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
// server it can do so while the hub is away; the hub fetches them later.
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
	_, err = j.CreateOrUpdateStream(ctx, js.StreamConfig{Name: ledgerStream, Subjects: []string{subject.Result(host) + ".>"}, Duplicates: day})
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

// Enrol makes the hub fetch the results of a host that has its own server, now
// and whenever that can be reached. Only the host's own subjects are fetched.
func (f *Farm) Enrol(ctx context.Context, host string) error {
	source := &js.StreamSource{
		Name: ledgerStream, FilterSubject: subject.Result(host) + ".>",
		External: &js.ExternalStream{APIPrefix: "$JS." + subject.HostDomain(host) + ".API", DeliverPrefix: subject.Deliver(host)},
	}
	for range tries { // until it is in, as others enrol at the same time
		s, err := f.js.Stream(ctx, resultsStream)
		if err != nil {
			return unavailable(err)
		}
		c := s.CachedInfo().Config
		if slices.ContainsFunc(c.Sources, func(s *js.StreamSource) bool { return s.FilterSubject == source.FilterSubject }) {
			return nil
		}
		c.Sources = append(c.Sources, source)
		if _, err := f.js.UpdateStream(ctx, c); err != nil {
			return unavailable(err)
		}
	}
	return fmt.Errorf("%w: %s is not enrolled after %d tries", farm.ErrUnavailable, host, tries)
}

// Results are all entries of a run that the hub has, in the order they came.
func (f *Farm) Results(ctx context.Context, run string) ([]Entry, error) {
	var out []Entry
	err := f.scan(ctx, resultsStream, "hil.result.*."+subject.Token(run)+".>", func(m js.Msg) error {
		var e Entry
		err := json.Unmarshal(m.Data(), &e)
		out = append(out, e)
		return err
	})
	return out, err
}

// scan hands over the messages that a stream has now.
func (f *Farm) scan(ctx context.Context, stream, match string, take func(js.Msg) error) error {
	c, err := f.js.OrderedConsumer(ctx, stream, js.OrderedConsumerConfig{FilterSubjects: []string{match}})
	if err != nil {
		return unavailable(err)
	}
	i, err := c.Info(ctx)
	if err != nil {
		return unavailable(err)
	}
	if i.NumPending == 0 {
		return nil
	}
	ms, err := c.Messages()
	if err != nil {
		return unavailable(err)
	}
	defer ms.Stop()
	for {
		m, err := ms.Next(js.NextContext(ctx))
		if err != nil {
			return unavailable(err)
		}
		meta, err := m.Metadata()
		if err := errors.Join(err, take(m)); err != nil {
			return err
		}
		if meta.NumPending == 0 {
			return nil
		}
	}
}
