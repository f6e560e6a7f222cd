package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Kind and ID of the device that stands for a host's daemon. Its record is the
// sign of life: it is leased like any other, and a host whose lease is over is
// lost.
const (
	Kind = "host"
	ID   = "daemon"
)

// Self is that device.
func Self(host string) farm.Device { return farm.Device{Host: host, Kind: Kind, ID: ID} }

// Daemon runs the work of one host. All fields without a default must be set.
type Daemon struct {
	Host    string // see CheckName
	Boot    string // of this start; never the same twice
	Farm    farm.Coordinator
	Guard   *Guard
	Journal *Journal
	Runner  Runner
	There   Commander                          // to devices of other hosts; may be nil
	Archive func(context.Context, Entry) error // takes over what the journal has; may be nil
	Able    func() error                       // says whether this host can work, such as write to its disk; may be nil

	AtOnce   int           // attempts at the same time; 0 is 1
	TTL      time.Duration // of leases; 0 is 45 s
	Most     time.Duration // that an attempt may take; 0 is 10 minutes
	Patience time.Duration // to wait for a device that another holds; 0 is a TTL
	Extend   time.Duration // between two signs that work is in hand; 0 is 5 s
	Log      *slog.Logger
	Now      func() time.Time

	mu  sync.Mutex
	far map[string]string // entries by name
}

// Run works until ctx ends, and then ends what is still running. It goes on
// through any failure of the store; its error is about the settings alone.
func (d *Daemon) Run(ctx context.Context) error {
	if err := errors.Join(CheckName(d.Host), d.check()); err != nil {
		return err
	}
	d.far = map[string]string{}
	alive := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() { d.live(ctx, alive) })
	all.Go(func() { d.catchUp(ctx) })
	all.Go(func() { d.lookBack(ctx, alive) })
	for range max(d.AtOnce, 1) {
		all.Go(func() { d.work(ctx, alive) })
	}
	all.Wait()
	return nil
}

func (d *Daemon) check() error {
	if d.Boot == "" || d.Farm == nil || d.Guard == nil || d.Journal == nil || d.Runner == nil || d.Log == nil || d.Now == nil {
		return fmt.Errorf("%w: a host daemon without boot ID, farm, guard, journal, runner, log or clock", farm.ErrUnknown)
	}
	return nil
}

func (d *Daemon) ttl() time.Duration { return orElse(d.TTL, 45*time.Second) }

// able says whether new work may be taken.
func (d *Daemon) able() error {
	if d.Able == nil {
		return nil
	}
	return d.Able()
}

// work takes one attempt after the other.
func (d *Daemon) work(ctx context.Context, alive <-chan struct{}) {
	select {
	case <-alive:
	case <-ctx.Done():
	}
	for ctx.Err() == nil {
		if err := d.able(); err != nil {
			d.Log.Error("this host takes no work", "error", err)
			pause(ctx, d.ttl()/3)
			continue
		}
		delivery, err := d.Farm.Next(ctx, d.Host)
		if err != nil {
			if ctx.Err() == nil {
				d.Log.Warn("no work to be had", "error", err)
			}
			pause(ctx, min(time.Second, d.ttl()/3))
			continue
		}
		d.attempt(ctx, delivery)
	}
}

// pause waits, or ends with ctx.
func pause(ctx context.Context, t time.Duration) {
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
