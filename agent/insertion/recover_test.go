package insertion_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion/insertiontest"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Requirement: whatever answers at once and never fits cannot keep the agent
// busy until time is up, and costs no try. Source: issue, "bad input". Turned red
// by: asking again without end.
func TestMisfitsEnd(t *testing.T) {
	d, b, p := desk()
	p.Answers = []insertiontest.Answer{{Passcode: "1"}}
	in, err := d.Find(t.Context(), passcode.Notice{Deadline: time.Now().Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	err = d.Unlock(t.Context(), in, question(), func(context.Context, *insertion.Session, []byte) error { return nil })
	if !errors.Is(err, insertion.ErrGaveUp) || len(p.Questions) != 10 || len(b.Diary()) != 0 {
		t.Errorf("%v after %d questions, the card saw %v", err, len(p.Questions), b.Diary())
	}
}

// Requirement: a card that other middleware resets again and again before the
// passcode was shown costs one VERIFY, and one without end is said to be so.
// Source: issue, "card reset by another program". Turned red by: giving up at the
// second reset, or never.
func TestResetsBeforePasscode(t *testing.T) {
	for resets, want := range map[int]error{0: nil, 4: nil, 5: reader.ErrReset} {
		d, b, _ := desk()
		in, err := d.Find(t.Context(), passcode.Notice{Deadline: time.Now().Add(time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		b.ResetBegins = resets
		err = d.Unlock(t.Context(), in, question(), func(context.Context, *insertion.Session, []byte) error { return nil })
		verifies := strings.Count(strings.Join(b.Diary(), " "), "verify")
		if !errors.Is(err, want) || (want == nil) != (verifies == 1) {
			t.Errorf("%d resets: %v, %d VERIFYs", resets, err, verifies)
		}
	}
}

// Requirement: where there is no form that stays up, the same is said in
// notices, and what went is found again. Source: issue, "recovers by itself and
// says what is wrong in plain words". Turned red by: ending with the first loss.
func TestRecoversStepByStep(t *testing.T) {
	for name, c := range map[string]struct {
		begin, show, ask func(*insertiontest.Bench)
		notice           string
	}{
		"service away":     {begin: (*insertiontest.Bench).Stop, show: back, notice: "service is not running"},
		"unplugged":        {ask: func(b *insertiontest.Bench) { b.Set() }, show: back, notice: "Connect a smartcard reader"},
		"service restarts": {ask: (*insertiontest.Bench).Stop, show: back, notice: "service is not running"},
		"upside down": {begin: func(b *insertiontest.Bench) {
			b.Set(reader.State{Name: "Reader 1", Present: true, Mute: true})
		}, show: back, notice: "which way up"},
		"held": {begin: func(b *insertiontest.Bench) { b.Hold(true) }, show: func(b *insertiontest.Bench) { b.Hold(false) }, notice: "Another program"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, b, p := desk()
				b.Keys = map[card.Key]insertiontest.Pair{card.Authentication: pair()}
				p.OnShow = func() { c.show(b) }
				if c.begin != nil {
					c.begin(b)
				}
				if c.ask != nil {
					p.Answers = append([]insertiontest.Answer{{Wait: true}}, p.Answers...)
					p.OnAsk = func() { c.ask(b); c.ask = func(*insertiontest.Bench) {} }
				}
				q := passcode.Question{TriesLeft: -1, Deadline: time.Now().Add(time.Minute)}
				err := d.Visit(t.Context(), insertion.Visit{Question: q}, func(context.Context, *insertion.Session, insertion.Facts, []byte) error { return nil })
				if err != nil || strings.Count(strings.Join(b.Diary(), " "), "verify") != 1 {
					t.Errorf("%v, the card saw %v", err, b.Diary())
				}
				if len(p.Notices) != 1 || !strings.Contains(p.Notices[0].Text, c.notice) {
					t.Errorf("the person was told %+v", p.Notices)
				}
			})
		})
	}
}

func back(b *insertiontest.Bench) { b.Set(insertiontest.In(9)) }
