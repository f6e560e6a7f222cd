package jetstream

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/subject"
)

// Streams of the hub. Buckets are streams too, made here and not by the
// library: its own way would let any replica answer reads, with what it had a
// while ago.
const (
	leasesStream    = "KV_leases"
	cellsStream     = "KV_cells"
	inventoryStream = "KV_inventory"
	queueStream     = "HIL_CELLS"
	givenUpStream   = "HIL_GIVEN_UP"
	resultsStream   = "HIL_RESULTS"
	eventsStream    = "HIL_EVENTS"
	artifacts       = "artifacts"

	incarnation = "incarnation" // in the metadata of leasesStream
	day         = 24 * time.Hour
)

// Lay makes what the farm keeps things in; what is there stays. The hub does it
// once, after its start.
func (f *Farm) Lay(ctx context.Context) error {
	for _, c := range []js.StreamConfig{f.leases(), f.cells(), f.inventory(), f.queue(), f.givenUp(), f.results(), f.events()} {
		c.Replicas = f.Replicas
		if _, err := f.js.CreateStream(ctx, c); err != nil && !errors.Is(err, js.ErrStreamNameAlreadyInUse) {
			return unavailable(err)
		}
	}
	_, err := f.js.CreateObjectStore(ctx, js.ObjectStoreConfig{Bucket: artifacts, TTL: 90 * day, Replicas: f.Replicas})
	if err != nil && !errors.Is(err, js.ErrBucketExists) {
		return unavailable(err)
	}
	return nil
}

func bucket(stream, name string, history int64) js.StreamConfig {
	return js.StreamConfig{
		Name: stream, Subjects: []string{"$KV." + name + ".>"}, MaxMsgsPerSubject: history,
		AllowRollup: true, DenyDelete: true, Discard: js.DiscardNew, Duplicates: 2 * time.Minute,
		AllowDirect: false,
	}
}

// leases has the incarnation of the farm: sequences begin anew when the stream
// is made anew, and tokens of the old one must not be taken for newer.
func (f *Farm) leases() js.StreamConfig {
	c := bucket(leasesStream, "leases", 1)
	c.AllowAtomicPublish = true
	c.Metadata = map[string]string{incarnation: newIncarnation(time.Now())}
	return c
}

// cells keeps each cell's earlier attempts.
func (f *Farm) cells() js.StreamConfig { return bucket(cellsStream, "cells", 16) }

// inventory may let heartbeats expire: nothing but tidiness depends on it.
func (f *Farm) inventory() js.StreamConfig {
	c := bucket(inventoryStream, "inventory", 1)
	c.AllowMsgTTL = true
	return c
}

// queue has at most one message for a cell on a host.
func (f *Farm) queue() js.StreamConfig {
	return js.StreamConfig{
		Name: queueStream, Subjects: []string{"hil.cell.>"}, Retention: js.WorkQueuePolicy,
		MaxMsgsPerSubject: 1, Discard: js.DiscardNew, DiscardNewPerSubject: true, Duplicates: day, MaxAge: 7 * day,
	}
}

// givenUp keeps what the server says but once: that it will not hand out a
// message any more.
func (f *Farm) givenUp() js.StreamConfig {
	return js.StreamConfig{
		Name: givenUpStream, Subjects: []string{"$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES." + queueStream + ".*"}, MaxAge: 7 * day,
	}
}

// results cannot be deleted, by nobody.
func (f *Farm) results() js.StreamConfig {
	return js.StreamConfig{
		Name: resultsStream, DenyDelete: true, DenyPurge: true, MaxAge: 400 * day, Duplicates: day,
		Subjects: []string{"hil.direct.>"}, SubjectTransform: &js.SubjectTransformConfig{Source: "hil.direct.>", Destination: "hil.result.>"},
	}
}

func (f *Farm) events() js.StreamConfig {
	return js.StreamConfig{Name: eventsStream, Subjects: []string{"hil.ev.>"}, MaxAge: 30 * day}
}

// newIncarnation is a ULID: 48 bits of milliseconds and 80 of chance in
// Crockford's base 32 (github.com/ulid/spec).
func newIncarnation(now time.Time) string {
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	var b [16]byte
	rand.Read(b[:])
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	out := make([]byte, 26)
	for i := range out { // 130 bits in fives, of which the first two are 0
		for bit := range 5 {
			n := i*5 + bit - 2
			out[i] <<= 1
			if n >= 0 {
				out[i] |= b[n/8] >> (7 - n%8) & 1
			}
		}
		out[i] = letters[out[i]]
	}
	return string(out)
}

// consumer is a host's share of the queue. There is no BackOff: work of a daemon
// that was started anew should not wait longer than AckWait.
func (f *Farm) consumer(host string) js.ConsumerConfig {
	return js.ConsumerConfig{
		Durable: subject.Worker(host), FilterSubject: subject.Queue(host) + ".>", AckPolicy: js.AckExplicitPolicy,
		AckWait: f.AckWait, MaxDeliver: Deliveries, MaxAckPending: 1000,
	}
}

var _ farm.Coordinator = (*Farm)(nil)
