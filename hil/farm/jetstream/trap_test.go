package jetstream_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/farmtest"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/hub"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/jetstream"
)

// Requirement: issue 7, each trap of JetStream has a test that fails with the
// naive implementation. Each test below has two halves: "naive" does the obvious
// thing on the real server and shows what becomes of it, so that it turns red on
// the day the server heals it; "ours" shows that the keeper does not fall in.

var (
	reader = farm.Device{Host: farmtest.Host, Kind: farm.Reader, ID: "1-1.3"}
	card   = farm.Device{Host: "floor", Kind: farm.Card, ID: "8"}
	alice  = farm.Holder{Run: "r", Cell: "a", Attempt: 1, Host: farmtest.Host, Boot: "1"}
	bob    = farm.Holder{Run: "r", Cell: "b", Attempt: 1, Host: farmtest.Host, Boot: "2"}
	job    = farm.Work{Run: "r", Cell: "a", Attempt: 1, Host: farmtest.Host, Devices: []farm.Device{reader}, Job: json.RawMessage("{}")}
)

func plain(t *testing.T, s *hub.Server) js.JetStream {
	t.Helper()
	nc, err := s.Connect("naive")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	j, err := js.New(nc, js.WithDefaultTimeout(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// must is for what is not in question.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func owed(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%s: %v, want %v", what, err, want)
	}
}

// eventually tries for a while.
func eventually(t *testing.T, what string, try func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	t.Fatalf("%s: %v", what, err)
}

// Source: nats.go issue 1994. A key's update has no time to live, so that a lease
// renewed by it outlives its dead holder for ever.
func TestTrapUpdateLosesTTL(t *testing.T) {
	t.Parallel()
	t.Run("naive", func(t *testing.T) {
		t.Parallel()
		kv := must[js.KeyValue](t)(plain(t, node(t)).CreateKeyValue(t.Context(), js.KeyValueConfig{Bucket: "naive", LimitMarkerTTL: time.Second}))
		must[uint64](t)(kv.Create(t.Context(), "other", []byte("held"), js.KeyTTL(time.Second)))
		lease, tries := "", 0
		eventually(t, "a key is renewed before it expires", func() error {
			tries++
			lease = fmt.Sprint("lease", tries)
			revision, err := kv.Create(t.Context(), lease, []byte("held"), js.KeyTTL(time.Second))
			if err == nil {
				_, err = kv.Update(t.Context(), lease, []byte("held"), revision)
			}
			return err
		})
		eventually(t, "the key that was never renewed expires", func() error {
			if _, err := kv.Get(t.Context(), "other"); err == nil {
				return errors.New("it is still there")
			}
			return nil
		})
		time.Sleep(time.Second)
		if _, err := kv.Get(t.Context(), lease); err != nil {
			t.Errorf("a renewed key expired: %v: the trap is gone", err)
		}
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		f := lay(t, node(t), quick())
		g := must[farm.Grant](t)(f.Acquire(t.Context(), alice, farmtest.Short, reader, card))
		owed(t, "renew", f.Renew(t.Context(), &g), nil)
		eventually(t, "a renewed lease whose holder died", func() error {
			_, err := f.Acquire(t.Context(), bob, farmtest.Long, reader, card)
			return err
		})
	})
}

// Source: acknowledgements are not bound to who has the message now. The stale
// worker's removes it from under the other, and when that one dies it is lost.
func TestTrapStaleAck(t *testing.T) {
	t.Parallel()
	t.Run("naive", func(t *testing.T) {
		t.Parallel()
		j := plain(t, node(t))
		s := must[js.Stream](t)(j.CreateStream(t.Context(), js.StreamConfig{Name: "NAIVE", Subjects: []string{"work"}, Retention: js.WorkQueuePolicy}))
		c := must[js.Consumer](t)(s.CreateConsumer(t.Context(), js.ConsumerConfig{Durable: "w", AckWait: farmtest.Again, AckPolicy: js.AckExplicitPolicy}))
		must[*js.PubAck](t)(j.Publish(t.Context(), "work", nil))
		stale := must[js.Msg](t)(c.Next())
		must[js.Msg](t)(c.Next(js.FetchMaxWait(20 * time.Second))) // the other worker has it now, and dies
		if err := stale.DoubleAck(t.Context()); err != nil {
			t.Fatalf("a stale acknowledgement is refused: %v: the trap is gone", err)
		}
		if n := must[*js.StreamInfo](t)(s.Info(t.Context())).State.Msgs; n != 0 {
			t.Errorf("%d messages are left: the trap is gone", n)
		}
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		f := lay(t, node(t), quick())
		owed(t, "publish", f.Publish(t.Context(), job), nil)
		stale := must[farm.Delivery](t)(f.Next(t.Context(), job.Host))
		must[farm.Delivery](t)(f.Next(t.Context(), job.Host))
		g := must[farm.Grant](t)(f.Acquire(t.Context(), bob, farmtest.Short, reader))
		owed(t, "begin", f.Begin(t.Context(), job, g.Token), nil)
		owed(t, "stale ack", stale.Ack(), nil)
		// The other worker dies now. Its cell is found and comes again.
		eventually(t, "orphan", func() error {
			orphans, err := f.Orphans(t.Context(), job.Run)
			if err == nil && len(orphans) == 0 {
				err = errors.New("none")
			}
			return err
		})
		again := job
		again.Attempt = 2
		owed(t, "publish", f.Publish(t.Context(), again), nil)
		if d := must[farm.Delivery](t)(f.Next(t.Context(), job.Host)); d.Work().Attempt != 2 {
			t.Errorf("got %+v", d.Work())
		}
	})
}

// Source: a consumer with MaxDeliver leaves what it gave up in the stream and
// says so once, to whoever happens to listen.
func TestTrapMaxDeliverLeftOver(t *testing.T) {
	t.Parallel()
	t.Run("naive", func(t *testing.T) {
		t.Parallel()
		j := plain(t, node(t))
		s := must[js.Stream](t)(j.CreateStream(t.Context(), js.StreamConfig{Name: "NAIVE", Subjects: []string{"work"}, Retention: js.WorkQueuePolicy}))
		c := must[js.Consumer](t)(s.CreateConsumer(t.Context(), js.ConsumerConfig{Durable: "w", AckWait: 100 * time.Millisecond, MaxDeliver: 2, AckPolicy: js.AckExplicitPolicy}))
		must[*js.PubAck](t)(j.Publish(t.Context(), "work", nil))
		for range 2 {
			must[js.Msg](t)(c.Next(js.FetchMaxWait(20 * time.Second)))
		}
		if _, err := c.Next(js.FetchMaxWait(time.Second)); err == nil {
			t.Error("handed out once more: the trap is gone")
		}
		if n := must[*js.StreamInfo](t)(s.Info(t.Context())).State.Msgs; n != 1 {
			t.Errorf("%d messages are left: the trap is gone", n)
		}
	})
	for name, deaf := range map[string]bool{"ours": false, "ours, when nobody listened": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := node(t)
			f := lay(t, s, jetstream.Settings{AckWait: 100 * time.Millisecond, Patience: time.Minute})
			if deaf {
				owed(t, "delete", plain(t, s).DeleteStream(t.Context(), "HIL_GIVEN_UP"), nil)
			}
			owed(t, "publish", f.Publish(t.Context(), job), nil)
			for range jetstream.Deliveries {
				must[farm.Delivery](t)(f.Next(t.Context(), job.Host))
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := f.Next(ctx, job.Host) // the server notices when it is asked once more
			owed(t, "the fourth time", err, context.DeadlineExceeded)
			if deaf {
				owed(t, "lay", f.Lay(t.Context()), nil)
			}
			eventually(t, "give up", func() error {
				given, err := f.GiveUp(t.Context())
				if err == nil && (len(given) != 1 || given[0].Cell != job.Cell) {
					err = errors.New("nothing is given up")
				}
				return err
			})
			p := must[[]farm.Progress](t)(f.Run(t.Context(), job.Run))[0]
			if p.Phase != farm.Done || p.Outcome.Verdict != farm.Miss || !strings.Contains(p.Outcome.Reason, "3 times") {
				t.Errorf("the cell is %+v, %+v", p, p.Outcome)
			}
			if given, err := f.GiveUp(t.Context()); len(given) != 0 || err != nil {
				t.Errorf("given up twice: %v, %v", given, err)
			}
			again := job
			again.Attempt = 2
			owed(t, "publish", f.Publish(t.Context(), again), nil)
			must[farm.Delivery](t)(f.Next(t.Context(), job.Host))
		})
	}
}

// Source: found here. Putting work off by the server counts as a delivery, so
// that work whose device is busy is given up. Ours: farmtest cell.later.
func TestTrapNakIsDelivery(t *testing.T) {
	t.Parallel()
	j := plain(t, node(t))
	s := must[js.Stream](t)(j.CreateStream(t.Context(), js.StreamConfig{Name: "NAIVE", Subjects: []string{"work"}, Retention: js.WorkQueuePolicy}))
	c := must[js.Consumer](t)(s.CreateConsumer(t.Context(), js.ConsumerConfig{Durable: "w", MaxDeliver: 3, AckPolicy: js.AckExplicitPolicy}))
	must[*js.PubAck](t)(j.Publish(t.Context(), "work", nil))
	for range 3 {
		m := must[js.Msg](t)(c.Next(js.FetchMaxWait(20 * time.Second)))
		owed(t, "nak", m.NakWithDelay(10*time.Millisecond), nil)
	}
	if _, err := c.Next(js.FetchMaxWait(time.Second)); err == nil {
		t.Error("handed out once more: the trap is gone")
	}
}

// Source: found here. Work that a stale acknowledgement removed is taken for a
// duplicate when it is published again under its ID. Ours: farmtest cell.requeued.
func TestTrapDuplicateIsSwallowed(t *testing.T) {
	t.Parallel()
	j := plain(t, node(t))
	s := must[js.Stream](t)(j.CreateStream(t.Context(), js.StreamConfig{Name: "NAIVE", Subjects: []string{"work"}, Retention: js.WorkQueuePolicy, Duplicates: time.Hour}))
	c := must[js.Consumer](t)(s.CreateConsumer(t.Context(), js.ConsumerConfig{Durable: "w", AckPolicy: js.AckExplicitPolicy}))
	must[*js.PubAck](t)(j.Publish(t.Context(), "work", nil, js.WithMsgID("r/a/1")))
	owed(t, "ack", must[js.Msg](t)(c.Next()).DoubleAck(t.Context()), nil)
	ack := must[*js.PubAck](t)(j.Publish(t.Context(), "work", nil, js.WithMsgID("r/a/1")))
	if n := must[*js.StreamInfo](t)(s.Info(t.Context())).State.Msgs; n != 0 || !ack.Duplicate {
		t.Errorf("%d messages, duplicate %v: the trap is gone", n, ack.Duplicate)
	}
}

// Source: sequences begin anew when a bucket is made anew or restored, so that a
// bare revision of the old one passes for newer than the new one's.
func TestTrapStoreMadeAnew(t *testing.T) {
	t.Parallel()
	t.Run("naive", func(t *testing.T) {
		t.Parallel()
		j := plain(t, node(t))
		fence := func() (last uint64) {
			kv := must[js.KeyValue](t)(j.CreateKeyValue(t.Context(), js.KeyValueConfig{Bucket: "naive"}))
			return must[uint64](t)(kv.Put(t.Context(), "lease", []byte("held")))
		}
		old := fence()
		owed(t, "delete", j.DeleteKeyValue(t.Context(), "naive"), nil)
		if now := fence(); now > old {
			t.Errorf("fence %d after %d: the trap is gone", now, old)
		}
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		s := node(t)
		f := lay(t, s, quick())
		owed(t, "publish", f.Publish(t.Context(), job), nil)
		old := must[farm.Grant](t)(f.Acquire(t.Context(), alice, farmtest.Long, reader))
		owed(t, "delete", plain(t, s).DeleteStream(t.Context(), "KV_leases"), nil)
		owed(t, "renew without a store", f.Renew(t.Context(), &old), farm.ErrUnavailable)
		owed(t, "lay", f.Lay(t.Context()), nil)
		g := must[farm.Grant](t)(f.Acquire(t.Context(), bob, farmtest.Long, reader))
		if g.Token.Incarnation == old.Token.Incarnation || g.Token.Before(old.Token) {
			t.Errorf("%+v after %+v", g.Token, old.Token)
		}
		owed(t, "the old renews", f.Renew(t.Context(), &old), farm.ErrLost)
		owed(t, "the old releases", f.Release(t.Context(), old, ""), farm.ErrLost)
		owed(t, "the old begins", f.Begin(t.Context(), job, old.Token), farm.ErrTaken)
	})
}

// Source: ADR-8, a key without an agreed revision is the last one's to write. A
// holder who was stopped past its lease and goes on must not renew over the next.
func TestTrapBlindWrite(t *testing.T) {
	t.Parallel()
	kv := must[js.KeyValue](t)(plain(t, node(t)).CreateKeyValue(t.Context(), js.KeyValueConfig{Bucket: "naive"}))
	must[uint64](t)(kv.Put(t.Context(), "lease", []byte("alice")))
	must[uint64](t)(kv.Put(t.Context(), "lease", []byte("bob")))
	must[uint64](t)(kv.Put(t.Context(), "lease", []byte("alice"))) // alice goes on, renewing
	if e := must[js.KeyValueEntry](t)(kv.Get(t.Context(), "lease")); string(e.Value()) != "alice" {
		t.Errorf("%s holds it: the trap is gone", e.Value())
	}
	// Ours: farmtest lease.expired.
}

// Requirement: a holder's time counts from before it asked. Turned red by:
// counting from the answer, which may have taken an hour.
func TestUntilCountsFromBefore(t *testing.T) {
	t.Parallel()
	s := node(t)
	start, asked := time.Now(), 0
	slow := quick()
	slow.Now = func() time.Time { asked++; return start.Add(time.Duration(asked-1) * time.Hour) }
	lay(t, s, quick())
	f := join(t, s, slow)
	g := must[farm.Grant](t)(f.Acquire(t.Context(), alice, time.Minute, reader))
	if g.Until.After(start.Add(time.Minute)) {
		t.Errorf("acquired until %v, asked at %v", g.Until, start)
	}
	before := start.Add(time.Duration(asked) * time.Hour)
	owed(t, "renew", f.Renew(t.Context(), &g), nil)
	if g.Until.After(before.Add(time.Minute)) || !g.Until.After(before) {
		t.Errorf("renewed until %v, asked at %v", g.Until, before)
	}
}

// Requirement: a hub that is away is not a lost lease. Turned red by: ErrLost, or
// an error that is neither.
func TestHubAway(t *testing.T) {
	t.Parallel()
	s := node(t)
	f := lay(t, s, quick())
	g := must[farm.Grant](t)(f.Acquire(t.Context(), alice, farmtest.Long, reader))
	before := g.Until
	s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*farmtest.Short)
	defer cancel()
	owed(t, "renew", f.Renew(ctx, &g), farm.ErrUnavailable)
	if g.Until != before {
		t.Error("a renewal that failed moved the end")
	}
	_, err := f.Acquire(ctx, bob, farmtest.Long, reader)
	owed(t, "acquire", err, farm.ErrUnavailable)
	owed(t, "commit", f.Commit(ctx, job, g.Token, farm.Outcome{}), farm.ErrUnavailable)
	_, err = f.Next(ctx, job.Host)
	owed(t, "next", err, farm.ErrUnavailable)
}

// Requirement: a host that waits for work gets it from a queue that was made anew
// too. Turned red by: asking the old consumer for ever.
func TestQueueMadeAnew(t *testing.T) {
	t.Parallel()
	s := node(t)
	f := lay(t, s, quick())
	owed(t, "publish", f.Publish(t.Context(), job), nil)
	owed(t, "ack", must[farm.Delivery](t)(f.Next(t.Context(), job.Host)).Ack(), nil)
	owed(t, "delete", plain(t, s).DeleteStream(t.Context(), "HIL_CELLS"), nil)
	owed(t, "lay", f.Lay(t.Context()), nil)
	owed(t, "publish", f.Publish(t.Context(), job), nil) // it waits: into the queue with it
	eventually(t, "next", func() error { _, err := f.Next(t.Context(), job.Host); return err })
}

// garbled is a way to a server on which the answer to the first batch of writes
// arrives as nothing that can be read: the writes are kept.
type garbled struct {
	nats.InProcessConnProvider
	done *atomic.Bool
}

func (g garbled) InProcessConn() (net.Conn, error) {
	c, err := g.InProcessConnProvider.InProcessConn()
	return garbledConn{c, g.done}, err
}

type garbledConn struct {
	net.Conn
	done *atomic.Bool
}

func (c garbledConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if at := bytes.Index(b[:n], []byte(`"batch":`)); at >= 0 && c.done.CompareAndSwap(false, true) {
		copy(b[at:], `batch is`)
	}
	return n, err
}

// Requirement: an answer that was lost is looked for before a lease is said not
// to have been got. Turned red by: giving up on the first answer that cannot be read.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	s := node(t)
	lay(t, s, quick())
	way := must[*nats.Conn](t)(s.Connect("hearing"))
	t.Cleanup(way.Close)
	g := garbled{way.Opts.InProcessServer, new(atomic.Bool)}
	nc := must[*nats.Conn](t)(nats.Connect("", nats.InProcessServer(g)))
	t.Cleanup(nc.Close)
	f := must[*jetstream.Farm](t)(jetstream.New(nc, quick()))
	held := must[farm.Grant](t)(f.Acquire(t.Context(), alice, farmtest.Long, reader))
	if !g.done.Load() {
		t.Error("no answer was lost")
	}
	owed(t, "renew", f.Renew(t.Context(), &held), nil)
}
