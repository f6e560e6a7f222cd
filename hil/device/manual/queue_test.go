package manual_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/device/manual"
)

func newQueue() (*manual.Queue, chan manual.Answer) {
	heard := make(chan manual.Answer, 8)
	return &manual.Queue{Now: time.Now, Answered: func(a manual.Answer) { heard <- a }}, heard
}

// pending waits until n requests are open.
func pending(t *testing.T, q *manual.Queue, n int) []manual.Request {
	t.Helper()
	for {
		changed := q.Changed()
		if open := q.Pending(); len(open) == n {
			return open
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatal("nothing changed")
		}
	}
}

// Requirement: a page can answer what a gadget asks of a person: each request
// once, by whom is known, and a no is no. Source: issue 7, points 2 and 6.
// Turned red by: answering another request, or twice, or taking a no for a yes.
func TestQueueIsAnsweredFromElsewhere(t *testing.T) {
	q, heard := newQueue()
	ends := map[string]chan error{"left": make(chan error, 1), "right": make(chan error, 1)}
	for reader, end := range ends {
		d := &manual.Device{Card: "nurse", Reader: reader, Asker: q}
		go func() { end <- d.Insert(context.WithoutCancel(t.Context())) }()
	}
	for _, r := range pending(t, q, 2) {
		if r.Act != "insert" || r.Card != "nurse" || r.Text != "Put card nurse into reader "+r.Reader+"." || r.Since.IsZero() {
			t.Errorf("request %+v", r)
		}
		answer := q.Done(r.ID, "ada")
		if r.Reader == "right" {
			if answer == nil {
				answer = q.Refuse(r.ID, "bob", "broken slot") // too late
			}
			if !errors.Is(answer, manual.ErrNotPending) {
				t.Errorf("answered twice: %v", answer)
			}
		}
		if err := <-ends[r.Reader]; err != nil {
			t.Error(err)
		}
		if a := <-heard; !a.Done || a.Who != "ada" || a.Request.ID != r.ID {
			t.Errorf("heard %+v", a)
		}
	}
	go func() {
		ends["left"] <- (&manual.Device{Reader: "left", Asker: q}).PowerOff(context.WithoutCancel(t.Context()))
	}()
	if err := q.Refuse(pending(t, q, 1)[0].ID, "bob", "the plug is stuck"); err != nil {
		t.Fatal(err)
	}
	if err := <-ends["left"]; !errors.Is(err, manual.ErrRefused) || !strings.Contains(err.Error(), "the plug is stuck") {
		t.Errorf("a no: %v", err)
	}
}

// Requirement: who gave up leaves no question behind. Turned red by: leaving it
// in the queue, where an answer would move a card that nobody wants.
func TestQueueForgetsWhoGaveUp(t *testing.T) {
	q, heard := newQueue()
	ctx, cancel := context.WithCancel(t.Context())
	end := make(chan error, 1)
	go func() { end <- (&manual.Device{Reader: "left", Asker: q}).Remove(ctx) }()
	id := pending(t, q, 1)[0].ID
	cancel()
	if err := <-end; !errors.Is(err, context.Canceled) || !errors.Is(err, manual.ErrRefused) {
		t.Errorf("error %v", err)
	}
	if err := q.Done(id, "ada"); !errors.Is(err, manual.ErrNotPending) {
		t.Errorf("answered nobody: %v", err)
	}
	if a := <-heard; a.Done || a.Who != "" {
		t.Errorf("heard %+v", a)
	}
}
