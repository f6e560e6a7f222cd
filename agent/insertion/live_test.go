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
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// story is one visit in front of a window that stays up.
type story struct {
	on    func(s passcode.Sheet, w *insertiontest.Pane, b *insertiontest.Bench)
	setup func(b *insertiontest.Bench, g *insertiontest.Glass)
	shown string // the states of the window, "+" for a passcode kept
	card  string // what the card saw
	err   error
	bye   string // part of the last words
}

// read is what reading the card costs.
const read = "connect begin end close"

// use is what a right passcode costs.
const use = " connect begin identify verify reset end close"

// onReader is what a passcode typed on the reader costs, whatever comes of it.
const onReader = " connect begin identify keypad reset end close"

func keypad(answers ...iso7816.SW) func(*insertiontest.Bench, *insertiontest.Glass) {
	return func(b *insertiontest.Bench, _ *insertiontest.Glass) { b.Reader = answers }
}

func empty(b *insertiontest.Bench, _ *insertiontest.Glass) { b.Set(insertiontest.Empty()) }

func stories() map[string]story {
	type pane = insertiontest.Pane
	type bench = insertiontest.Bench
	insert := func(b *bench) { b.Set(insertiontest.In(2)) }
	typeReady := func(secrets ...string) func(passcode.Sheet, *pane, *bench) {
		n := 0
		return func(s passcode.Sheet, w *pane, _ *bench) {
			if s.State == passcode.Ready && !s.Kept {
				w.Type(secrets[min(n, len(secrets)-1)])
				n++
			}
		}
	}
	early := func(secret, later string) func(passcode.Sheet, *pane, *bench) {
		return func(s passcode.Sheet, w *pane, b *bench) {
			switch {
			case s.State == passcode.NoCard && s.Kept:
				insert(b)
			case s.State == passcode.NoCard:
				w.Type(secret)
			case s.State == passcode.Ready && !s.Kept:
				w.Type(later)
			}
		}
	}
	return map[string]story{
		"the card is in": {on: typeReady("123456"), shown: "reading ready using", card: read + use},
		"the reader comes, then the card": {
			setup: func(b *bench, _ *insertiontest.Glass) { b.Set() },
			on: func(s passcode.Sheet, w *pane, b *bench) {
				switch s.State {
				case passcode.NoReader:
					b.Set(insertiontest.Empty())
				case passcode.NoCard:
					insert(b)
				case passcode.Ready:
					w.Type("123456")
				}
			},
			shown: "no-reader no-card reading ready using", card: read + use},
		"typed before the card is in": {setup: empty, on: early("123456", ""),
			shown: "no-card no-card+ reading+ ready+ using", card: read + use},
		"typed while a slow card is read": {
			setup: func(b *bench, _ *insertiontest.Glass) { b.Slow = 20 * time.Second },
			on: func() func(passcode.Sheet, *pane, *bench) {
				n := 0
				return func(s passcode.Sheet, w *pane, _ *bench) {
					if n++; n == 1 {
						w.Type("123456")
					}
				}
			}(), shown: "reading reading+ ready+ using", card: read + use},
		"typed early, of the wrong length": {setup: empty, on: early("12345", "123456"),
			shown: "no-card no-card+ reading+ ready using", card: read + use},
		"typed early on the last try": {setup: func(b *bench, g *insertiontest.Glass) { empty(b, g); b.Tries = 1 }, on: early("123456", "123456"),
			shown: "no-card no-card+ reading+ ready using", card: read + use},
		"no in the grace": {setup: empty, err: passcode.ErrCancelled,
			on: func(s passcode.Sheet, w *pane, b *bench) {
				if early("123456", "")(s, w, b); s.State == passcode.Ready {
					w.Say(passcode.ErrCancelled)
				}
			}, shown: "no-card no-card+ reading+ ready+", card: read},
		"pulled in the grace": {setup: empty, err: reader.ErrRemoved, bye: "taken out",
			on: func(s passcode.Sheet, w *pane, b *bench) {
				if early("123456", "")(s, w, b); s.State == passcode.Ready {
					b.Set(insertiontest.Empty())
				}
			}, shown: "no-card no-card+ reading+ ready+", card: read},
		"pulled while asked": {err: reader.ErrRemoved, bye: "taken out", shown: "reading ready", card: read,
			on: func(s passcode.Sheet, _ *pane, b *bench) {
				if s.State == passcode.Ready {
					b.Set(insertiontest.Empty())
				}
			}},
		"I did not start this, without a card": {setup: empty, err: passcode.ErrNotStarted, shown: "no-card",
			on: func(s passcode.Sheet, w *pane, _ *bench) {
				if s.State == passcode.NoCard {
					w.Say(passcode.ErrNotStarted)
				}
			}},
		"time up without a card":   {setup: empty, err: reader.ErrNoCard, bye: "TimeToShowPinForm ended", shown: "no-card"},
		"time up while asked":      {err: passcode.ErrTimeout, bye: "TimeToShowPinForm ended", shown: "reading ready", card: read},
		"wrong, then right":        {on: typeReady("000000", "123456"), shown: "reading ready using ready using", card: read + use + use},
		"wrong length, then right": {on: typeReady("1234567890", "123456"), shown: "reading ready ready using", card: read + use},
		"wrong, then no": {err: insertion.ErrGaveUp, shown: "reading ready using ready", card: read + use,
			on: func() func(passcode.Sheet, *pane, *bench) {
				first := typeReady("000000")
				return func(s passcode.Sheet, w *pane, b *bench) {
					if s.Problem != "" {
						w.Say(passcode.ErrCancelled)
						return
					}
					first(s, w, b)
				}
			}()},
		"typed on the reader": {setup: keypad(iso7816.OK), shown: "reading keypad using", card: read + onReader},
		"wrong on the reader, nobody there, too short, then right": {setup: keypad(0x63C2, 0x6400, 0x6403, iso7816.OK),
			shown: "reading keypad keypad keypad keypad using", card: read + onReader + onReader + onReader + onReader},
		"cancelled on the reader": {setup: keypad(0x6401), shown: "reading keypad", card: read + onReader, err: passcode.ErrCancelled},
		"locked on the reader":    {setup: keypad(0x6983), shown: "reading keypad", card: read + onReader, err: iso7816.ErrBlocked, bye: "locked"},
		"no on the screen while the reader waits": {setup: func(b *bench, g *insertiontest.Glass) { keypad(iso7816.OK)(b, g); b.Slow = 20 * time.Second },
			on: func(s passcode.Sheet, w *pane, _ *bench) {
				if s.State == passcode.Keypad {
					time.AfterFunc(time.Second, func() { w.Say(passcode.ErrNotStarted) })
				}
			}, shown: "reading keypad", card: read + onReader, err: passcode.ErrNotStarted},
		"typed early, with a keypad": {setup: func(b *bench, g *insertiontest.Glass) { empty(b, g); keypad(iso7816.OK)(b, g) }, on: early("123456", ""),
			shown: "no-card no-card+ reading+ ready+ using", card: read + use},
		"the service is away, then back": {setup: func(b *bench, _ *insertiontest.Glass) { b.Stop() },
			on: func(s passcode.Sheet, w *pane, b *bench) {
				switch s.State {
				case passcode.NoService:
					insert(b)
				case passcode.Ready:
					w.Type("123456")
				}
			}, shown: "no-service reading ready using", card: read + use},
		"the card is upside down, then turned": {setup: func(b *bench, _ *insertiontest.Glass) {
			b.Set(reader.State{Name: "Reader 1", Present: true, Mute: true})
		},
			on: func(s passcode.Sheet, w *pane, b *bench) {
				switch s.State {
				case passcode.Mute:
					insert(b)
				case passcode.Ready:
					w.Type("123456")
				}
			}, shown: "mute reading ready using", card: read + use},
		"unplugged while asked, then plugged in": {on: lostOnce(func(b *bench) { b.Set() }),
			shown: "reading ready no-reader reading ready using", card: read + " " + read + use},
		"the service restarts while asked": {on: lostOnce((*bench).Stop),
			shown: "reading ready no-service reading ready using", card: read + " " + read + use},
		"another program holds the card for long": {setup: func(b *bench, _ *insertiontest.Glass) { b.Hold(true) },
			on: func(s passcode.Sheet, w *pane, b *bench) {
				switch s.State {
				case passcode.Held:
					b.Hold(false)
				case passcode.Ready:
					w.Type("123456")
				}
			}, shown: "reading held reading ready using", card: "connect close " + read + use},
		"another program holds the card for a moment": {setup: func(b *bench, _ *insertiontest.Glass) {
			b.Hold(true)
			time.AfterFunc(time.Second, func() { b.Hold(false) })
		}, on: typeReady("123456"), shown: "reading ready using", card: read + use},
		"two cards": {setup: func(b *bench, _ *insertiontest.Glass) {
			b.Set(insertiontest.In(1), reader.State{Name: "Reader 2", Present: true})
		}, err: insertion.ErrTwoCards},
	}
}

// lostOnce has all of it go while the person is asked, come back, and be asked
// again.
func lostOnce(lose func(*insertiontest.Bench)) func(passcode.Sheet, *insertiontest.Pane, *insertiontest.Bench) {
	lost := false
	return func(s passcode.Sheet, w *insertiontest.Pane, b *insertiontest.Bench) {
		switch {
		case s.State == passcode.Ready && !lost:
			lost = true
			lose(b)
		case s.State == passcode.NoReader, s.State == passcode.NoService:
			b.Set(insertiontest.In(7))
		case s.State == passcode.Ready:
			w.Type("123456")
		}
	}
}

// visit runs a story in a bubble of its own, where waiting takes no time.
func visit(t *testing.T, s story) (*insertiontest.Bench, *insertiontest.Glass, error) {
	b, g := &insertiontest.Bench{Keys: map[card.Key]insertiontest.Pair{card.Authentication: pair()}}, &insertiontest.Glass{}
	b.Set(insertiontest.In(1))
	if s.setup != nil {
		s.setup(b, g)
	}
	if s.on != nil {
		g.On = func(sheet passcode.Sheet, w *insertiontest.Pane) { s.on(sheet, w, b) }
	}
	d := &insertion.Desk{Readers: b, Open: b.Open, Prompter: g}
	q := passcode.Question{TriesLeft: -1, Deadline: time.Now().Add(time.Minute), Limit: "TimeToShowPinForm"}
	err := d.Visit(t.Context(), insertion.Visit{Question: q, Farewell: error.Error},
		func(context.Context, *insertion.Session, insertion.Facts, []byte) error { return nil })
	return b, g, err
}

func pair() insertiontest.Pair {
	return insertiontest.Pair(testpki.Issue(testpki.Holders()[0], time.Now()).Authentication)
}

// Requirement: the form follows the reader from the first moment; a passcode
// typed before the card was read reaches the card only after holder and tries
// were shown, if it fits, and never as a last try; a no, a card that leaves and
// the end of the time each end it, and nothing typed stays in memory (issue,
// passcode form; PROTOCOL.md 9). Turned red by: using a kept passcode at once,
// or keeping it after the end.
func TestLive(t *testing.T) {
	for name, s := range stories() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, g, err := visit(t, s)
				if !errors.Is(err, s.err) || (s.err == nil && err != nil) {
					t.Errorf("it ended with %v", err)
				}
				shown, bye := "", ""
				for _, p := range g.Panes() {
					shown = states(p)
					var closed bool
					if bye, closed = p.Closed(); !closed || !p.Wiped() {
						t.Errorf("the window is still up, or a passcode in memory")
					}
				}
				if shown != s.shown {
					t.Errorf("shown %s", shown)
				}
				if !strings.Contains(bye, s.bye) || (s.bye == "") != (bye == "") {
					t.Errorf("the last words are %q", bye)
				}
				if got := strings.Join(b.Diary(), " "); got != s.card {
					t.Errorf("the card saw %s", got)
				}
			})
		})
	}
}

func states(p *insertiontest.Pane) string {
	var out []string
	for _, s := range p.Sheets() {
		word := s.State.String()
		if s.Kept {
			word += "+"
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}

// Requirement: the person has seen holder and tries for a moment before a
// passcode typed beforehand is used. Turned red by: no grace.
func TestGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen, used time.Time
		s := stories()["typed before the card is in"]
		inner := s.on
		s.on = func(sheet passcode.Sheet, w *insertiontest.Pane, b *insertiontest.Bench) {
			if inner(sheet, w, b); sheet.State == passcode.Ready {
				seen = time.Now()
				if sheet.Holder == "" || sheet.TriesLeft != 3 {
					t.Errorf("holder %q, %d tries", sheet.Holder, sheet.TriesLeft)
				}
			}
			if sheet.State == passcode.Using {
				used = time.Now()
			}
		}
		if _, _, err := visit(t, s); err != nil || used.Sub(seen) != 2*time.Second {
			t.Errorf("%v, after %v", err, used.Sub(seen))
		}
	})
}

// Requirement: a form that cannot be opened, or that vanishes, is followed by
// the next way to ask. Turned red by: giving up with it.
func TestFormGone(t *testing.T) {
	for name, s := range map[string]story{
		"no display": {setup: func(_ *insertiontest.Bench, g *insertiontest.Glass) { g.OpenError = passcode.ErrUnavailable }},
		"crash while waiting": {setup: empty, on: func(_ passcode.Sheet, w *insertiontest.Pane, b *insertiontest.Bench) {
			w.Crash()
			b.Set(insertiontest.In(2))
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			setup := s.setup
			s.setup = func(b *insertiontest.Bench, g *insertiontest.Glass) {
				setup(b, g)
				g.Answers = []insertiontest.Answer{{Passcode: "123456"}}
			}
			once := s.on
			if once != nil {
				crashed := false
				s.on = func(sheet passcode.Sheet, w *insertiontest.Pane, b *insertiontest.Bench) {
					if !crashed {
						crashed = true
						once(sheet, w, b)
					}
				}
			}
			b, g, err := visit(t, s)
			if err != nil || len(g.Questions) != 1 || !strings.HasSuffix(strings.Join(b.Diary(), " "), use) {
				t.Errorf("%s: %v, asked %d times", name, err, len(g.Questions))
			}
		})
	}
}

// Requirement: without a form that stays up, a notice says to type on the
// reader, and no passcode is asked for on the screen. Turned red by: asking in
// both places.
func TestReaderWithoutForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := story{setup: func(b *insertiontest.Bench, g *insertiontest.Glass) {
			g.OpenError = passcode.ErrUnavailable
			keypad(0x6400, iso7816.OK)(b, g)
		}}
		b, g, err := visit(t, s)
		if got := strings.Join(b.Diary(), " "); err != nil || got != read+onReader+onReader || len(g.Questions) != 0 || b.Unlocked() {
			t.Errorf("%v, the card saw %s, %d questions", err, got, len(g.Questions))
		}
		if len(g.Notices) != 2 || !strings.Contains(g.Notices[0].Text, "reader's keypad") {
			t.Errorf("notices %+v", g.Notices)
		}
	})
}
