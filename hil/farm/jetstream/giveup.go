package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// GiveUp ends what the server no longer hands out, as it was handed out
// Deliveries times and never acknowledged. The server leaves such a message where
// it is and says so once; without GiveUp its cell would wait for ever. Cells that
// wait end as MISS and are returned; one that runs is left to Orphans. The planner
// calls it every now and then; it does not wait. The server notices only when the
// host asks for work again: what a host has in hand that is gone for good is for
// Alive to find, and Withdraw.
func (f *Farm) GiveUp(ctx context.Context) ([]farm.Work, error) {
	left, err := f.leftovers(ctx)
	var given []farm.Work
	for _, m := range left {
		var w farm.Work
		if json.Unmarshal(m.Data, &w) == nil {
			missed, failed := f.miss(ctx, w)
			if failed != nil {
				return given, failed
			}
			if missed {
				given = append(given, w)
			}
		}
		if err := f.unqueueOne(ctx, m.Sequence); err != nil {
			return given, err
		}
	}
	return given, err
}

// miss ends a waiting attempt without anybody's token.
func (f *Farm) miss(ctx context.Context, w farm.Work) (bool, error) {
	ended := false
	_, err := f.change(ctx, w, func(p farm.Progress) (farm.Progress, error) {
		ended = p.Phase == farm.Waiting && p.Work.Attempt == w.Attempt
		if ended {
			p.Phase, p.Outcome = farm.Done, &farm.Outcome{Verdict: farm.Miss, Reason: fmt.Sprintf("handed out to %s %d times and never acknowledged", w.Host, Deliveries)}
		}
		return p, nil
	})
	return ended && err == nil, err
}

func (f *Farm) unqueueOne(ctx context.Context, sequence uint64) error {
	s, err := f.js.Stream(ctx, queueStream)
	if err == nil {
		err = s.DeleteMsg(ctx, sequence)
	}
	if err != nil && !errors.Is(err, js.ErrMsgNotFound) && !errors.Is(err, js.ErrMsgDeleteUnsuccessful) {
		return unavailable(err)
	}
	return nil
}

// leftovers are messages that will not be handed out any more: those the server
// has told of, and, as what it tells may get lost, all of a host's that are still
// there though its consumer has none to hand out and none in hand.
func (f *Farm) leftovers(ctx context.Context) ([]*js.RawStreamMsg, error) {
	s, err := f.js.Stream(ctx, queueStream)
	if err != nil {
		return nil, unavailable(err)
	}
	told, err := f.told(ctx, s)
	if err != nil {
		return told, err
	}
	workers := s.ListConsumers(ctx)
	for c := range workers.Info() {
		if c.NumPending > 0 || c.NumAckPending > 0 {
			continue
		}
		err := f.scan(ctx, queueStream, c.Config.FilterSubject, func(m *js.RawStreamMsg) error {
			if m.Sequence <= c.Delivered.Stream {
				told = append(told, m)
			}
			return nil
		})
		if err != nil {
			return told, err
		}
	}
	if err := workers.Err(); err != nil {
		return told, unavailable(err)
	}
	return told, nil
}

// told are the messages that the server has said it gives up.
func (f *Farm) told(ctx context.Context, s js.Stream) (out []*js.RawStreamMsg, err error) {
	c, err := f.js.CreateOrUpdateConsumer(ctx, givenUpStream, js.ConsumerConfig{Durable: "planner", AckPolicy: js.AckExplicitPolicy, AckWait: f.AckWait})
	if err != nil {
		return nil, unavailable(err)
	}
	batch, err := c.FetchNoWait(500)
	if err != nil {
		return nil, unavailable(err)
	}
	for a := range batch.Messages() {
		var said struct {
			Sequence uint64 `json:"stream_seq"`
		}
		if err := json.Unmarshal(a.Data(), &said); err != nil {
			return out, err
		}
		m, err := s.GetMsg(ctx, said.Sequence)
		if err == nil && strings.HasPrefix(m.Subject, "hil.cell.") {
			out = append(out, m)
		} else if err != nil && !errors.Is(err, js.ErrMsgNotFound) {
			return out, unavailable(err)
		} else {
			_ = a.Ack() // only now that the message is gone; we may die before that
		}
	}
	return out, nil
}

// Orphans are the cells of a run that are said to run though nobody holds their
// devices under their token any more. The planner publishes a later attempt.
func (f *Farm) Orphans(ctx context.Context, run string) ([]farm.Progress, error) {
	all, err := f.Run(ctx, run)
	if err != nil {
		return nil, err
	}
	s, err := f.store(ctx)
	if err != nil {
		return nil, err
	}
	var out []farm.Progress
	for _, p := range all {
		if p.Phase != farm.Running {
			continue
		}
		held, err := f.held(ctx, s, p)
		if err != nil {
			return nil, err
		}
		if !held {
			out = append(out, p)
		}
	}
	return out, nil
}

func (f *Farm) held(ctx context.Context, s store, p farm.Progress) (bool, error) {
	for _, d := range p.Work.Devices {
		e, err := s.read(ctx, d)
		if err != nil {
			return false, err
		}
		if !e.HeldUnder(p.Token) || e.Expired(s.now, f.Grace) {
			return false, nil
		}
	}
	return true, nil
}
