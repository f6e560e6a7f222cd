package passcode

import (
	"fmt"
	"strings"
	"time"
)

// Lines is what a person reads before typing, one thought per line: the TEST
// banner, what for, who asks, whose card, how many tries, until when. Text is
// cleaned again, so that no caller can forget.
func (q Question) Lines(now time.Time) []string {
	lines := head(q.Environment, q.Purpose, q.Application)
	if q.Holder != "" {
		lines = append(lines, "Card of: "+Clean(q.Holder))
	}
	if s := tries(q.TriesLeft); s != "" {
		lines = append(lines, s)
	}
	lines = append(lines, "The passcode has "+q.shape()+".")
	lines = append(lines, queue(q.Waiting)...)
	return append(lines, until(q.Deadline, q.Limit, now)...)
}

// Lines is what a person reads while the agent waits.
func (n Notice) Lines(now time.Time) []string {
	lines := head(n.Environment, n.Purpose, n.Application)
	lines = append(lines, Clean(n.Text))
	lines = append(lines, queue(n.Waiting)...)
	return append(lines, until(n.Deadline, n.Limit, now)...)
}

func head(environment, purpose, application string) []string {
	var lines []string
	if environment != "live" {
		lines = append(lines, fmt.Sprintf("*** TEST: this is the environment %q, not the live NHS ***", Clean(environment)))
	}
	lines = append(lines, Clean(purpose))
	if application != "" {
		lines = append(lines, "Asked for by: "+Clean(application))
	}
	return lines
}

// queue says what comes after this.
func queue(waiting func() int) []string {
	if waiting == nil {
		return nil
	}
	switch n := waiting(); {
	case n == 1:
		return []string{"1 more request waits for this one."}
	case n > 1:
		return []string{fmt.Sprintf("%d more requests wait for this one.", n)}
	}
	return nil
}

func tries(left int) string {
	switch {
	case left < 0:
		return ""
	case left == 0:
		return "The card is locked."
	case left == 1:
		return "WARNING: this is the last try. One more wrong passcode locks the card."
	}
	return fmt.Sprintf("Tries left: %d", left)
}

func (q Question) shape() string {
	what := "characters"
	if q.DigitsOnly {
		what = "digits"
	}
	if q.Min == q.Max {
		return fmt.Sprintf("%d %s", q.Max, what)
	}
	return fmt.Sprintf("%d to %d %s", q.Min, q.Max, what)
}

// until names the end and, cleaned, the limit that sets it.
func until(deadline time.Time, limit string, now time.Time) []string {
	if deadline.IsZero() {
		return nil
	}
	line := fmt.Sprintf("Time left: %s, until %s", countdown(deadline.Sub(now)), deadline.Local().Format("15:04:05"))
	if limit != "" {
		line += " (" + Clean(limit) + ")"
	}
	return []string{line}
}

// countdown is minutes and seconds, never negative, rounded up so that 0:00 is
// the end and nothing else.
func countdown(left time.Duration) string {
	s := max(0, int((left+time.Second-1)/time.Second))
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// title is what a window is called.
func title(environment string) string {
	if environment == "live" {
		return "Smartcard Connect"
	}
	return strings.TrimSpace("TEST Smartcard Connect " + Clean(environment))
}
