package manual

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"
)

// ErrNotPending is wrapped when an answer is to a question that is not open: it
// was answered already, or who asked no longer waits.
var ErrNotPending = errors.New("nobody waits for that any more")

// Request is one thing that a person is asked to do.
type Request struct {
	ID     string    `json:"id"`
	Act    string    `json:"act"` // insert, remove, power-on, power-off, press
	Card   string    `json:"card,omitempty"`
	Reader string    `json:"reader"`
	Text   string    `json:"title"` // the sentence for the person
	Since  time.Time `json:"since"`
}

// Answer is what became of a request.
type Answer struct {
	Request Request   `json:"request"`
	Done    bool      `json:"done"`
	Who     string    `json:"who,omitempty"` // nobody where who asked gave up
	Why     string    `json:"why,omitempty"` // it was not done
	At      time.Time `json:"at"`
}

// Queue keeps questions until somebody answers, from a page, a terminal or
// wherever: any number wait at once, and each is answered once. Now must be set;
// Answered, if set, hears of each that ends, such as for an audit log.
type Queue struct {
	Now      func() time.Time
	Answered func(Answer)

	mu      sync.Mutex
	last    int
	waiting []*waiter
	changed chan struct{}
}

// waiter is who asked. The answer is sent once, to a channel with room for it.
type waiter struct {
	request Request
	answer  chan Answer
}

var _ Asker = (*Queue)(nil)

// Ask puts a request at the end and waits for its answer.
func (q *Queue) Ask(ctx context.Context, what Request) error {
	w := q.add(what)
	select {
	case a := <-w.answer:
		return a.error()
	case <-ctx.Done():
		if _, err := q.take(w.request.ID); err != nil { // answered just now
			return (<-w.answer).error()
		}
		q.tell(Answer{Request: w.request, Why: "who asked gave up", At: q.Now()})
		return late(ctx, what)
	}
}

func (a Answer) error() error {
	if a.Done {
		return nil
	}
	return fmt.Errorf("%w: %s: %s said: %s", ErrRefused, a.Request.Text, a.Who, a.Why)
}

// Pending are the open requests, the oldest first.
func (q *Queue) Pending() []Request {
	q.mu.Lock()
	defer q.mu.Unlock()
	list := make([]Request, 0, len(q.waiting))
	for _, w := range q.waiting {
		list = append(list, w.request)
	}
	return list
}

// Changed is closed when Pending next changes. Ask for it before Pending.
func (q *Queue) Changed() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.changed == nil {
		q.changed = make(chan struct{})
	}
	return q.changed
}

// Done says that who did what was asked. Errors wrap ErrNotPending.
func (q *Queue) Done(id, who string) error { return q.end(id, Answer{Done: true, Who: who}) }

// Refuse says that who will not, and why. Errors wrap ErrNotPending.
func (q *Queue) Refuse(id, who, why string) error { return q.end(id, Answer{Who: who, Why: why}) }

func (q *Queue) end(id string, a Answer) error {
	w, err := q.take(id)
	if err != nil {
		return err
	}
	a.Request, a.At = w.request, q.Now()
	q.tell(a)
	w.answer <- a
	return nil
}

func (q *Queue) tell(a Answer) {
	if q.Answered != nil {
		q.Answered(a)
	}
}

func (q *Queue) add(what Request) *waiter {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.last++
	what.ID, what.Since = strconv.Itoa(q.last), q.Now()
	w := &waiter{what, make(chan Answer, 1)}
	q.waiting = append(q.waiting, w)
	q.wake()
	return w
}

// take removes a request: only one taker gets it.
func (q *Queue) take(id string) (*waiter, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.IndexFunc(q.waiting, func(w *waiter) bool { return w.request.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("%w: request %q", ErrNotPending, id)
	}
	w := q.waiting[i]
	q.waiting = slices.Delete(q.waiting, i, i+1)
	q.wake()
	return w, nil
}

func (q *Queue) wake() {
	if q.changed != nil {
		close(q.changed)
		q.changed = nil
	}
}
