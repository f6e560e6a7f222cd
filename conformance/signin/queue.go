package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// queue is a screen that is held by a first sign-in, and those that came after.
type queue struct {
	t     *target.Target
	gate  string
	ended chan error // of each sign-in
	count int
}

// held runs body while a first sign-in is on the screen, whose person, like all
// after it, says no once the body is over.
func held(ctx context.Context, t *target.Target, body func(*queue) error) error {
	dir, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return suite.Broken{Err: err}
	}
	defer os.RemoveAll(dir)
	q := &queue{t: t, gate: filepath.Join(dir, "gate"), ended: make(chan error, 16)}
	if err := will(ctx, t, target.Answer{WaitFor: q.gate, Cancel: true}); err != nil {
		return err
	}
	if _, err := q.join(ctx); err != nil {
		return err
	}
	judged := untilAsked(ctx, t)
	if judged == nil {
		judged = body(q)
	}
	if err := os.WriteFile(q.gate, nil, 0o600); err != nil {
		return suite.Broken{Err: err}
	}
	errs := []error{judged}
	for range q.count {
		errs = append(errs, <-q.ended)
	}
	return errors.Join(errs...)
}

// join hands one more sign-in over, which is to end as CANCELLED.
func (q *queue) join(ctx context.Context) (*journey.Journey, error) {
	j, err := journey.Start(ctx, q.t, journey.Options{})
	if err != nil {
		return nil, err
	}
	q.count++
	go func() {
		reply, err := j.Hand(ctx, browser.JSON)
		if err == nil {
			err = status(reply, journey.Cancelled)
		}
		q.ended <- err
	}()
	return j, nil
}

// place is where a sign-in is: 0 is on the screen, -1 is nowhere.
func place(ctx context.Context, t *target.Target, id string) (int, error) {
	p, err := browser.New(t.HTTP).Get(ctx, journey.Knock(t), "/v1/requests/"+id)
	if err != nil {
		return 0, err
	}
	if p.Status == http.StatusNotFound {
		return -1, nil
	}
	var at struct{ Version, Position int }
	if err := json.Unmarshal([]byte(p.Body), &at); err != nil || p.Status != http.StatusOK || at.Version != 1 {
		return 0, fmt.Errorf("the place is answered %d %s", p.Status, p.Body)
	}
	return at.Position, nil
}

// patience is how long a sign-in may be on its way to its place.
const patience = 8 * time.Second

// untilAt waits until a sign-in is at a place.
func untilAt(ctx context.Context, t *target.Target, id string, want int) error {
	at := 0
	for end := time.Now().Add(patience); time.Now().Before(end); {
		var err error
		if at, err = place(ctx, t, id); err != nil || at == want {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("the sign-in's position is %d, not %d", at, want)
}

func oneAtATime(ctx context.Context, t *target.Target) error {
	err := held(ctx, t, func(q *queue) error {
		for n := 1; n <= 2; n++ {
			j, err := q.join(ctx)
			if err != nil {
				return err
			}
			if err := untilAt(ctx, t, j.ID, n); err != nil {
				return err
			}
		}
		asked, err := questions(ctx, t)
		if err == nil && len(asked) != 1 {
			err = fmt.Errorf("%d forms came up while the first was on the screen", len(asked)-1)
		}
		return err
	})
	if err != nil {
		return err
	}
	asked, err := questions(ctx, t)
	if err == nil && len(asked) != 3 {
		err = fmt.Errorf("three sign-ins showed %d forms", len(asked))
	}
	return err
}

// queueTold waits by the hub, and looks at the form that comes before it.
func queueTold(ctx context.Context, t *target.Target) error {
	err := held(ctx, t, func(q *queue) error {
		j, err := journey.Start(ctx, t, journey.Options{})
		if err != nil {
			return err
		}
		k := journey.Knock(t)
		token, err := j.Browser.Connect(ctx, k)
		if err != nil {
			return err
		}
		q.count++
		go func() {
			_, err := j.Browser.Send(ctx, k, token, "authenticationhub", "requestToAuthenticate", browser.Argument(map[string]any{"version": 1, "id": j.ID}))
			q.ended <- err
		}()
		told, err := j.Browser.Poll(ctx, k, token)
		if err != nil {
			return err
		}
		if !strings.Contains(told, `"I":"P|0"`) || !strings.Contains(told, `"position":1`) {
			return fmt.Errorf("the page is never told its place: %s", told)
		}
		third, err := q.join(ctx)
		if err != nil {
			return err
		}
		return untilAt(ctx, t, third.ID, 2)
	})
	if err != nil {
		return err
	}
	asked, err := questions(ctx, t)
	if err == nil && (len(asked) != 3 || strings.Contains(asked[2].Text, "waits for this one")) {
		err = fmt.Errorf("three sign-ins showed %d forms, the last of which speaks of a queue", len(asked))
	}
	if err == nil && !strings.Contains(asked[1].Text, "1 more request waits for this one") {
		err = fmt.Errorf("the second form does not say that one waits: %q", asked[1].Text)
	}
	return err
}

func queueFull(ctx context.Context, t *target.Target) error {
	return held(ctx, t, func(q *queue) error {
		for n := 1; n <= 4; n++ {
			j, err := q.join(ctx)
			if err == nil {
				err = untilAt(ctx, t, j.ID, n)
			}
			if err != nil {
				return err
			}
		}
		j, err := journey.Start(ctx, t, journey.Options{})
		if err != nil {
			return err
		}
		reply, err := j.Hand(ctx, browser.JSON)
		if err != nil {
			return err
		}
		return status(reply, journey.Busy)
	})
}

func queueLeft(ctx context.Context, t *target.Target) error {
	return held(ctx, t, func(q *queue) error {
		j, err := journey.Start(ctx, t, journey.Options{})
		if err != nil {
			return err
		}
		gone, leave := context.WithCancel(ctx)
		left := make(chan struct{})
		go func() { defer close(left); _, _ = j.Hand(gone, browser.JSON) }()
		err = untilAt(ctx, t, j.ID, 1)
		leave()
		<-left
		if err != nil {
			return err
		}
		return untilAt(ctx, t, j.ID, -1)
	})
}
