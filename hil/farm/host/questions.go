package host

import (
	"context"
	"sync"
	"time"
)

// questions are those that wait for an answer, by key.
type questions struct {
	mu  sync.Mutex
	all map[string]context.CancelFunc
}

func newQuestions() *questions { return &questions{all: map[string]context.CancelFunc{}} }

func (o *questions) begin(ctx context.Context, key string, most time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(ctx, most)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all[key] = cancel
	return ctx
}

func (o *questions) end(key string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if cancel := o.all[key]; cancel != nil {
		cancel()
		delete(o.all, key)
	}
}
