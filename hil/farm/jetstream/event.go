package jetstream

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/subject"
)

// Event is something that happened on a host.
type Event struct {
	Time   time.Time   `json:"time"` // by the host's clock
	Host   string      `json:"host"`
	Device farm.Device `json:"device"`
	Kind   string      `json:"kind"` // insert, remove, power, daemon ...
	Text   string      `json:"text,omitempty"`
}

// Tell writes an event down.
func (f *Farm) Tell(ctx context.Context, e Event) error {
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	to := subject.Event(e.Host) + "." + subject.Token(cmp.Or(e.Device.Kind, "host")) + "." + subject.Token(cmp.Or(e.Device.ID, e.Host))
	if _, err := f.js.Publish(ctx, to, data); err != nil {
		return unavailable(err)
	}
	return nil
}

// Events are what happened to a device, or on its host where it has no kind and
// ID; oldest first.
func (f *Farm) Events(ctx context.Context, d farm.Device) (out []Event, err error) {
	match := subject.Event(d.Host) + ".>"
	if d.Kind != "" {
		match = subject.Event(d.Host) + "." + subject.Token(d.Kind) + "." + subject.Token(d.ID)
	}
	err = f.scan(ctx, eventsStream, match, func(m *js.RawStreamMsg) error {
		var e Event
		err := json.Unmarshal(m.Data, &e)
		out = append(out, e)
		return err
	})
	return out, err
}
