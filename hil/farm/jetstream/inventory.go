package jetstream

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm/subject"
)

// Beat is a host's sign of life.
type Beat struct {
	Host string        `json:"host"`
	Boot string        `json:"boot"`
	Life time.Duration `json:"life_ns"`
	At   time.Time     `json:"-"` // by the store's clock
}

// Beat says that a host is there, for some time. Boot is of the daemon's start.
func (f *Farm) Beat(ctx context.Context, host, boot string, life time.Duration) error {
	b := Beat{Host: host, Boot: boot, Life: life}
	// The time to live is for tidiness: Alive looks at the beat's own time.
	return f.note(ctx, subject.Alive(host), b, js.WithMsgTTL(max(time.Second, 10*life)))
}

// Alive are the hosts whose last beat has not run out, by the store's clock and
// not by which keys are there.
func (f *Farm) Alive(ctx context.Context) ([]Beat, error) {
	s, err := f.js.Stream(ctx, inventoryStream)
	if err != nil {
		return nil, unavailable(err)
	}
	now := s.CachedInfo().TimeStamp
	var out []Beat
	err = f.each(ctx, "inventory", "alive.*", func(e js.KeyValueEntry) error {
		b := Beat{At: e.Created()}
		err := json.Unmarshal(e.Value(), &b)
		if !now.After(b.At.Add(b.Life)) {
			out = append(out, b)
		}
		return err
	})
	slices.SortFunc(out, func(a, b Beat) int { return strings.Compare(a.Host, b.Host) })
	return out, err
}

// Note keeps something known of a host, such as its bench file, its readers or
// its routes. Kind is host, reader, card or route.
func (f *Farm) Note(ctx context.Context, kind, host string, value any) error {
	return f.note(ctx, subject.Token(kind)+"."+subject.Token(host), value)
}

func (f *Farm) note(ctx context.Context, key string, value any, opts ...js.PublishOpt) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if _, err := f.js.Publish(ctx, prefix+"inventory."+key, data, opts...); err != nil {
		return unavailable(err)
	}
	return nil
}

// Notes are what is known of one kind, each host's as it was noted.
func (f *Farm) Notes(ctx context.Context, kind string) (out []json.RawMessage, err error) {
	err = f.each(ctx, "inventory", subject.Token(kind)+".*", func(e js.KeyValueEntry) error {
		out = append(out, e.Value())
		return nil
	})
	return out, err
}
