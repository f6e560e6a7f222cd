package timing

import (
	"context"
	"sync"
	"time"
)

// Clock is where the time of a slow card goes.
type Clock interface {
	Now() time.Time
	// Sleep returns after d, or with the context's error as soon as it ends.
	Sleep(ctx context.Context, d time.Duration) error
}

// Real is the machine's clock.
type Real struct{}

// Now is the time of the machine.
func (Real) Now() time.Time { return time.Now() }

// Sleep waits.
func (Real) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Virtual is a clock for tests: Sleep moves it on and returns at once. The zero
// value stands at the zero time. Many goroutines may use it.
type Virtual struct {
	mu    sync.Mutex
	total time.Duration
}

// Now is the zero time and all that was slept.
func (v *Virtual) Now() time.Time { return time.Time{}.Add(v.Total()) }

// Sleep moves the clock on by d, or leaves it when the context has ended.
func (v *Virtual) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.total += d
	return nil
}

// Total is all that was slept.
func (v *Virtual) Total() time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.total
}
