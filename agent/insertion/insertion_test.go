package insertion_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion/insertiontest"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// desk has a card in its reader and a person who knows the passcode.
func desk() (*insertion.Desk, *insertiontest.Bench, *insertiontest.Person) {
	b := &insertiontest.Bench{}
	b.Set(insertiontest.In(1))
	p := &insertiontest.Person{Answers: []insertiontest.Answer{{Passcode: "123456"}}}
	return &insertion.Desk{Readers: b, Open: b.Open, Prompter: p}, b, p
}

func question() passcode.Question {
	return passcode.Question{Deadline: time.Now().Add(time.Minute), Min: 6, Max: 8, DigitsOnly: true}
}

// Requirement: whatever happens after the passcode was shown, the card is reset
// once and let go of, also when the caller has gone (design
// §4.5). Turned red by: resetting on success only, or with the caller's context.
func TestResetWhateverHappens(t *testing.T) {
	boom := errors.New("boom")
	for name, do := range map[string]func(stop context.CancelFunc) error{
		"success":      func(context.CancelFunc) error { return nil },
		"failure":      func(context.CancelFunc) error { return boom },
		"caller gone":  func(stop context.CancelFunc) error { stop(); return context.Canceled },
		"card removed": func(context.CancelFunc) error { return reader.ErrRemoved },
	} {
		d, b, p := desk()
		ctx, stop := context.WithCancel(context.Background())
		in, err := d.Find(ctx, passcode.Notice{Deadline: time.Now().Add(time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		_ = d.Unlock(ctx, in, question(), func(context.Context, *insertion.Session, []byte) error { return do(stop) })
		stop()
		if got := strings.Join(b.Diary(), " "); got != "connect begin identify verify reset end close" || b.Unlocked() || !p.Wiped() {
			t.Errorf("%s: the card saw %s", name, got)
		}
	}
}

// Requirement: a card that stays unlocked is an error even after a success, as
// another program might inherit the passcode. A card without power is none.
// Turned red by: ignoring what Reset says.
func TestResetFails(t *testing.T) {
	for failure, want := range map[error]error{errors.New("card stuck"): insertion.ErrNotReset, reader.ErrRemoved: nil} {
		d, b, _ := desk()
		b.ResetError = failure
		in, err := d.Find(context.Background(), passcode.Notice{Deadline: time.Now().Add(time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Unlock(context.Background(), in, question(), func(context.Context, *insertion.Session, []byte) error { return nil })
		if !errors.Is(err, want) || (want == nil && err != nil) {
			t.Errorf("%v: %v", failure, err)
		}
	}
}

// Requirement: what was read is kept for one insertion and no longer. Turned
// red by: keeping it by reader alone.
func TestMemoryIsOfOneInsertion(t *testing.T) {
	d, b, _ := desk()
	find := func() insertion.Insertion {
		in, err := d.Find(context.Background(), passcode.Notice{Deadline: time.Now().Add(time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	first := find()
	if find().Memory != first.Memory {
		t.Error("the same insertion was forgotten")
	}
	b.Set(insertiontest.In(3))
	if find().Memory == first.Memory {
		t.Error("another insertion inherited what was read")
	}
}

// Requirement: a passcode of the wrong length reaches no card (issue, "Bad
// input"). Turned red by: leaving it to the card.
func TestWrongLengthReachesNoCard(t *testing.T) {
	d, b, p := desk()
	p.Answers = []insertiontest.Answer{{Passcode: "12345"}, {Passcode: "123456789"}, {Passcode: "12345a"}, {Err: passcode.ErrCancelled}}
	in, err := d.Find(context.Background(), passcode.Notice{Deadline: time.Now().Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	err = d.Unlock(context.Background(), in, question(), func(context.Context, *insertion.Session, []byte) error { return nil })
	if !errors.Is(err, passcode.ErrCancelled) || errors.Is(err, insertion.ErrGaveUp) || len(b.Diary()) != 0 {
		t.Errorf("%v, the card saw %v", err, b.Diary())
	}
	if problem := p.Questions[1].Problem; problem != (card.RuleError{Rule: card.Rule{Min: 6, Max: 8, DigitsOnly: true}, Misfit: card.TooShort}).Error() {
		t.Errorf("the person was told %q", problem)
	}
}
