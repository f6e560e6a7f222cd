// Package jetstream keeps a farm on NATS JetStream. What it relies on, and what
// it must not, was found out on real servers; each trap has a test that shows the
// naive way failing (trap_test.go):
//
//   - A device has one permanent key that is overwritten and never deleted; what
//     is deleted or expires can come back to life after a crash.
//   - Everything is decided by compare-and-set against a revision, nothing by a
//     read, the absence of a key, its time to live, or an acknowledgement.
//   - Devices are acquired in one atomic batch. The fence is the stream sequence
//     of the batch's first write.
package jetstream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/subject"
)

// Settings of a keeper. All who share a farm must have the same Grace.
type Settings struct {
	Grace    time.Duration    // after a lease, until its devices are given to others; longer than a host needs to let go. 0: 10 s
	AckWait  time.Duration    // until work in hand is handed out again. 0: 30 s
	Patience time.Duration    // with requests whose context has no deadline. 0: 5 s
	Replicas int              // of what is kept: 3 on a cluster. 0: 1
	Now      func() time.Time // the monotonic clock of Grant.Until. nil: time.Now
	Log      *slog.Logger     // nil: silent
}

// Deliveries is how often work is handed out before it is given up: every time
// but the first, whoever had it died or forgot it.
const Deliveries = 3

// Farm is a farm.Coordinator.
type Farm struct {
	Settings
	nc *nats.Conn
	js js.JetStream

	mu     sync.Mutex
	hosts  map[string]*queue // by host
	closed chan struct{}
}

// New is a farm as seen over a connection to its hub, or to a host's own server
// that is joined to the hub. It asks nothing yet.
func New(nc *nats.Conn, s Settings) (*Farm, error) {
	s.Grace, s.AckWait, s.Replicas = cmp.Or(s.Grace, 10*time.Second), cmp.Or(s.AckWait, 30*time.Second), cmp.Or(s.Replicas, 1)
	s.Patience = cmp.Or(s.Patience, 5*time.Second)
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	j, err := js.NewWithDomain(nc, subject.Domain, js.WithDefaultTimeout(s.Patience))
	if err != nil {
		return nil, err
	}
	return &Farm{Settings: s, nc: nc, js: j, hosts: map[string]*queue{}, closed: make(chan struct{})}, nil
}

// Close lets go of work that was put off; it will be handed out again. The
// connection is its owner's to close.
func (f *Farm) Close() { close(f.closed) }

// prefix leads a bucket's keys through the hub's domain. Without it a host's own
// server would keep the message to itself.
const prefix = "$JS." + subject.Domain + ".API.$KV."

// conflict says that another write came first. On one node the server answers
// with the first number, on a cluster also with the second.
func conflict(err error) bool {
	var api *js.APIError
	return errors.As(err, &api) && (api.ErrorCode == 10071 || api.ErrorCode == 10164)
}

// again says that the store was not changed and may be asked once more: too
// many batches at once, or one that a change of leader has cut short.
func again(err error) bool {
	var api *js.APIError
	return errors.As(err, &api) && (api.ErrorCode == 10210 || api.ErrorCode == 10211 || api.ErrorCode == 10176)
}

// unavailable is what to say of any error that is neither a conflict nor known:
// whether the store did what it was asked stays open.
func unavailable(err error) error {
	if errors.Is(err, nats.ErrMaxPayload) {
		return err
	}
	return fmt.Errorf("%w: %w", farm.ErrUnavailable, err)
}

// pause waits between two tries, longer each time.
func pause(ctx context.Context, try int) error {
	select {
	case <-ctx.Done():
		return unavailable(ctx.Err())
	case <-time.After(time.Duration(1+try*try) * time.Millisecond):
		return nil
	}
}

// tries bounds how often a write is tried anew that others came before. Each
// time somebody else has got on.
const tries = 30
