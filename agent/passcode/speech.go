package passcode

import (
	"fmt"
	"strings"
	"time"
)

// Speech is what a form tells a screen reader by itself. The countdown on the
// screen changes every second, which nobody could listen to: it is spoken when
// a minute, half a minute and ten seconds are left, besides once at the start.
// The zero value has said nothing yet.
type Speech struct {
	last  string
	begun bool
	next  int // the first mark that is still to come
}

// Marks are the moments at which the countdown is spoken.
func Marks() []time.Duration {
	return []time.Duration{time.Minute, 30 * time.Second, 10 * time.Second}
}

// Changed is what to say about a sheet that was just put up, or nothing when
// all of it was said before: the problem first, then the card, then the tries.
func (s *Speech) Changed(v View) string {
	text := strings.Join(strings.Fields(strings.Join([]string{v.Problem, v.End, v.Card, v.Tries}, " ")), " ")
	if text == s.last {
		return ""
	}
	s.last = text
	return text
}

// Left is what to say with so much time left, or nothing. Each mark is spoken
// once; those that a short countdown begins below are never spoken.
func (s *Speech) Left(left time.Duration) string {
	due, marks := !s.begun, Marks()
	for s.begun = true; s.next < len(marks) && left <= marks[s.next]; s.next++ {
		due = true
	}
	if !due {
		return ""
	}
	return spoken(left)
}

// spoken is a time in words, rounded up to whole seconds.
func spoken(left time.Duration) string {
	n := max(0, int((left+time.Second-1)/time.Second))
	var parts []string
	if m := n / 60; m > 0 {
		parts = append(parts, count(m, "minute"))
	}
	if s := n % 60; s > 0 || n == 0 {
		parts = append(parts, count(s, "second"))
	}
	return strings.Join(parts, " and ") + " left."
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Locks are the keys of a keyboard that change what is typed.
type Locks struct{ Caps, Num bool }

// Hint warns of a lock key that would make the right passcode wrong: Caps Lock
// where letters are allowed, Num Lock off where digits may come from the keys
// on the right. keypad says whether this keyboard has such keys.
func (q Question) Hint(l Locks, keypad bool) string {
	switch {
	case l.Caps && !q.DigitsOnly:
		return "Caps Lock is on."
	case keypad && !l.Num:
		return "Num Lock is off: the keys on the right do not type digits."
	}
	return ""
}
