package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// queue is a host's work: its consumer, and what was put off or came too late
// for whoever had asked.
type queue struct {
	f        *Farm
	consumer atomic.Pointer[js.Consumer]
	ready    chan *delivery
}

// pull is how long the server is asked to wait for work at a time. A question
// that is still open when its asker is gone costs one of the work's deliveries.
const pull = time.Second

// Next is farm.Cells.
func (f *Farm) Next(ctx context.Context, host string) (farm.Delivery, error) {
	q, err := f.of(ctx, host)
	if err != nil {
		return nil, err
	}
	for failed := 0; ; {
		select {
		case d := <-q.ready:
			return d, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		default:
		}
		answer := q.ask()
		select {
		case d := <-q.ready:
			go q.keep(answer)
			return d, nil
		case <-ctx.Done():
			go q.keep(answer)
			return nil, ctx.Err()
		case a := <-answer:
			if a.d != nil || a.err != nil && failed == 15 {
				return a.d, a.err
			}
			if a.err != nil { // a new consumer takes a moment to be heard of everywhere
				failed++
				if c, err := f.js.CreateOrUpdateConsumer(ctx, queueStream, f.consumer(host)); err == nil {
					q.consumer.Store(&c) // the queue may have been made anew
				}
				if err := pause(ctx, failed); err != nil {
					return nil, err
				}
			}
		}
	}
}

// of is the queue of a host, whose consumer is made when it is first asked for.
func (f *Farm) of(ctx context.Context, host string) (*queue, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if q := f.hosts[host]; q != nil {
		return q, nil
	}
	c, err := f.js.CreateOrUpdateConsumer(ctx, queueStream, f.consumer(host))
	if err != nil {
		return nil, unavailable(err)
	}
	q := &queue{f: f, ready: make(chan *delivery)}
	q.consumer.Store(&c)
	f.hosts[host] = q
	return q, nil
}

// answer is one delivery, an error, or neither: there is nothing at the moment.
type answer struct {
	d   farm.Delivery
	err error
}

func (q *queue) ask() chan answer {
	out := make(chan answer, 1)
	go func() {
		m, err := (*q.consumer.Load()).Next(js.FetchMaxWait(pull))
		switch {
		case err == nil:
			out <- q.deliver(m)
		case errors.Is(err, js.ErrNoMessages) || errors.Is(err, nats.ErrTimeout):
			out <- answer{}
		default:
			out <- answer{err: unavailable(err)}
		}
	}()
	return out
}

// deliver makes work of a message. One that is none is not handed out again.
func (q *queue) deliver(m js.Msg) answer {
	var w farm.Work
	if err := json.Unmarshal(m.Data(), &w); err != nil {
		q.f.Log.Error("no work", "subject", m.Subject(), "error", err)
		_ = m.TermWithReason("it is not work")
		return answer{}
	}
	return answer{d: &delivery{queue: q, msg: m, work: w}}
}

// keep saves work that was delivered to somebody who had gone.
func (q *queue) keep(answer chan answer) {
	if a := <-answer; a.d != nil {
		_ = a.d.Later(0)
	}
}

// delivery is farm.Delivery.
type delivery struct {
	queue *queue
	msg   js.Msg
	work  farm.Work
	once  sync.Once
}

// Work is farm.Delivery.
func (d *delivery) Work() farm.Work { return d.work }

// Extend is farm.Delivery.
func (d *delivery) Extend() error { return d.msg.InProgress() }

// Ack is farm.Delivery.
func (d *delivery) Ack() error { return d.msg.Ack() }

// Later is farm.Delivery. The server is not asked to put it off: each time would
// be one of Deliveries, and work whose device is busy would soon be given up.
func (d *delivery) Later(after time.Duration) error {
	if err := d.msg.InProgress(); err != nil {
		return err
	}
	d.once.Do(func() { go d.hold(after) })
	return nil
}

// hold keeps work in hand until its time, then until somebody asks.
func (d *delivery) hold(after time.Duration) {
	extend := time.NewTicker(d.queue.f.AckWait / 3)
	defer extend.Stop()
	due := time.NewTimer(after)
	defer due.Stop()
	var ready chan *delivery // nil until it is due: nobody takes it
	next := &delivery{queue: d.queue, msg: d.msg, work: d.work}
	for {
		select {
		case ready <- next:
			_ = d.msg.InProgress()
			return
		case <-due.C:
			ready = d.queue.ready
		case <-extend.C:
			_ = d.msg.InProgress()
		case <-d.queue.f.closed:
			return
		}
	}
}
