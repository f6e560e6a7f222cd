package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/subject"
)

// entry is a device's record as it stands in the store.
type entry struct {
	farm.Record
	Place int    `json:"place,omitempty"` // of an acquiring write in its batch, from 1; its fence follows from it
	Claim string `json:"claim,omitempty"` // of the call that acquired, to know its own write again

	revision uint64
}

// decode makes a record of a write. The fence of an acquiring write is not in
// it, as nobody knew it then. The time is the store's.
func decode(data []byte, revision uint64, at time.Time) (entry, error) {
	e := entry{revision: revision}
	if err := json.Unmarshal(data, &e); err != nil {
		return e, fmt.Errorf("the record at revision %d: %w", revision, err)
	}
	if e.Place > 0 {
		e.Token.Fence = revision - uint64(e.Place) + 1
		e.Place = 0
	}
	e.Granted = at
	return e, nil
}

// store is the stream of leases as it is now: which incarnation, what time, and
// how to read from its leader.
type store struct {
	js.Stream
	incarnation string
	now         time.Time
}

func (f *Farm) store(ctx context.Context) (store, error) {
	s, err := f.js.Stream(ctx, leasesStream)
	if err != nil {
		return store{}, unavailable(err)
	}
	i := s.CachedInfo()
	name := i.Config.Metadata[incarnation]
	if name == "" || i.Config.AllowDirect || !i.Config.AllowAtomicPublish {
		return store{}, fmt.Errorf("stream %s was not made by this program", leasesStream)
	}
	return store{s, name, i.TimeStamp}, nil
}

// read is a device's newest record; an unknown device's is empty, at revision 0.
func (s store) read(ctx context.Context, d farm.Device) (entry, error) {
	m, err := s.GetLastMsgForSubject(ctx, "$KV.leases."+subject.Lease(d))
	if errors.Is(err, js.ErrMsgNotFound) {
		return entry{Record: farm.Record{Device: d, State: farm.Free}}, nil
	}
	if err != nil {
		return entry{}, unavailable(err)
	}
	return decode(m.Data, m.Sequence, m.Time)
}

func (s store) readAll(ctx context.Context, devices []farm.Device) ([]entry, error) {
	out := make([]entry, len(devices))
	for i, d := range devices {
		e, err := s.read(ctx, d)
		if err != nil {
			return nil, err
		}
		out[i] = e
	}
	return out, nil
}

// write puts all entries over the revisions they were read at, or none. It
// returns the first one's new revision; the others' follow it.
func (f *Farm) write(ctx context.Context, entries ...entry) (uint64, error) {
	slices.SortFunc(entries, func(a, b entry) int { return a.Device.Compare(b.Device) })
	msgs := make([]*nats.Msg, len(entries))
	for i, e := range entries {
		if e.Claim != "" {
			e.Place = i + 1
		}
		data, err := json.Marshal(e)
		if err != nil {
			return 0, err
		}
		msgs[i] = nats.NewMsg(prefix + "leases." + subject.Lease(e.Device))
		msgs[i].Data = data
		msgs[i].Header.Set(js.ExpectedLastSubjSeqHeader, fmt.Sprint(e.revision))
	}
	flow := jetstreamext.BatchFlowControl{AckFirst: true, AckTimeout: f.Patience}
	if end, ok := ctx.Deadline(); ok {
		flow.AckTimeout = time.Until(end) // the first write's answer is not waited for under ctx
	}
	ack, err := jetstreamext.PublishMsgBatch(ctx, f.js, msgs, flow)
	if err != nil {
		return 0, err
	}
	return ack.Sequence - ack.BatchSize + 1, nil
}

// update reads entries and writes what change makes of them, until nobody comes
// between. Change returns the entries to write; none ends it.
func (f *Farm) update(ctx context.Context, devices []farm.Device, change func(store, []entry) ([]entry, error)) (first uint64, err error) {
	for try := range tries {
		s, err := f.store(ctx)
		if err != nil {
			return 0, err
		}
		entries, err := s.readAll(ctx, devices)
		if err != nil {
			return 0, err
		}
		if entries, err = change(s, entries); err != nil || len(entries) == 0 {
			return 0, err
		}
		first, err = f.write(ctx, entries...)
		if err == nil {
			return first, nil
		}
		if !conflict(err) && !again(err) {
			return 0, unavailable(err)
		}
		if err := pause(ctx, try); err != nil {
			return 0, err
		}
	}
	return 0, fmt.Errorf("%w: others came first %d times", farm.ErrBusy, tries)
}
