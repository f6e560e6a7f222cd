package reader

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// patience is how long a sign-in may take to recover.
const patience = 12 * time.Second

// look is how often we look what the person sees.
const look = 50 * time.Millisecond

// restored runs a check on a card that has heard nothing yet, and brings desk
// and card back.
func restored(body func(context.Context, *target.Target) error) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		if _, err := t.Rig.Heard(ctx); err != nil {
			return suite.Broken{Err: err}
		}
		err := suite.Blame(ctx, t, body(ctx, t))
		if failed := t.Rig.Restore(context.WithoutCancel(ctx)); failed != nil {
			return errors.Join(err, suite.Broken{Err: failed})
		}
		return err
	}
}

// attempt is a sign-in under way.
type attempt struct {
	t     *target.Target
	ended chan error
	gate  string // the person answers once this file is there
	clean func()
}

// right is a person who types the card's passcode.
func right(t *target.Target) target.Answer { return target.Answer{Passcode: t.Passcode} }

// will sets the person's script.
func will(ctx context.Context, t *target.Target, answers ...target.Answer) error {
	if err := t.Person.Will(ctx, answers...); err != nil {
		return suite.Broken{Err: err}
	}
	return nil
}

// begin starts a sign-in whose person does this.
func begin(ctx context.Context, t *target.Target, answers ...target.Answer) (*attempt, error) {
	a := &attempt{t: t, ended: make(chan error, 1), clean: func() {}}
	if err := will(ctx, t, answers...); err != nil {
		return nil, err
	}
	go func() {
		_, _, err := journey.SignIn(ctx, t, browser.JSON, journey.Options{})
		a.ended <- err
	}()
	return a, nil
}

// gated is begin with a person who thinks until answer.
func gated(ctx context.Context, t *target.Target) (*attempt, error) {
	dir, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return nil, suite.Broken{Err: err}
	}
	answer := right(t)
	answer.WaitFor = filepath.Join(dir, "gate")
	a, err := begin(ctx, t, answer)
	if err != nil {
		return nil, err
	}
	a.gate, a.clean = answer.WaitFor, func() { _ = os.RemoveAll(dir) }
	return a, a.asked(ctx, 1)
}

// answer lets the person type.
func (a *attempt) answer() error {
	if err := os.WriteFile(a.gate, nil, 0o600); err != nil {
		return suite.Broken{Err: err}
	}
	return nil
}

// signedIn waits for the end, which must be a success.
func (a *attempt) signedIn(ctx context.Context) error {
	defer a.clean()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case err := <-a.ended:
		return err
	case <-ctx.Done():
		return fmt.Errorf("the sign-in has not ended after %v; the person sees %q", patience, a.last(context.WithoutCancel(ctx)))
	}
}

// last is what the person saw last.
func (a *attempt) last(ctx context.Context) string {
	forms, err := a.t.Person.Saw(ctx)
	if err != nil || len(forms) == 0 {
		return ""
	}
	return forms[len(forms)-1].Text
}

// asked waits until the person has been asked n times.
func (a *attempt) asked(ctx context.Context, n int) error {
	return a.saw(ctx, fmt.Sprintf("question %d", n), func(f target.Form) bool {
		if f.Command == "GETPIN" {
			n--
		}
		return n == 0
	}, func(again int) { n = again }, n)
}

// told waits until the person has read part of a sentence.
func (a *attempt) told(ctx context.Context, part string) error {
	return a.saw(ctx, fmt.Sprintf("%q", part), func(f target.Form) bool { return strings.Contains(f.Text, part) }, func(int) {}, 0)
}

// saw looks at everything that was shown, from the first on, until one is it.
func (a *attempt) saw(ctx context.Context, what string, is func(target.Form) bool, again func(int), n int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		forms, err := a.t.Person.Saw(ctx)
		if err != nil {
			return suite.Broken{Err: err}
		}
		again(n)
		for _, f := range forms {
			if is(f) {
				return nil
			}
		}
		select {
		case err := <-a.ended:
			a.ended <- err
			return fmt.Errorf("the sign-in ended before the person saw %s: %w", what, orNil(err))
		case <-ctx.Done():
			return fmt.Errorf("the person does not see %s, but %q", what, a.last(context.WithoutCancel(ctx)))
		case <-tick.C:
		}
	}
}

func orNil(err error) error {
	if err == nil {
		return errors.New("it worked")
	}
	return err
}

// signIn is a whole one, in time.
func signIn(ctx context.Context, t *target.Target) error {
	a, err := begin(ctx, t, right(t))
	if err != nil {
		return err
	}
	return a.signedIn(ctx)
}

// ends is a sign-in that must end with a status; it returns the message.
func ends(ctx context.Context, t *target.Target, want journey.Status, answers ...target.Answer) (string, error) {
	if err := will(ctx, t, answers...); err != nil {
		return "", err
	}
	j, err := journey.Start(ctx, t, journey.Options{})
	if err != nil {
		return "", err
	}
	reply, err := j.Hand(ctx, browser.JSON)
	if got := journey.Status(reply.StatusCode); err == nil && got != want {
		err = fmt.Errorf("the status is %s (%q), not %s", got.String(), reply.Message, want.String())
	}
	return reply.Message, err
}

// heard is every command that the card was sent, in hexadecimal.
func heard(ctx context.Context, t *target.Target) ([]string, error) {
	list, err := t.Rig.Heard(ctx)
	if err != nil {
		return nil, suite.Broken{Err: err}
	}
	var out []string
	for _, e := range list {
		out = append(out, e.Command)
	}
	if len(out) == 0 {
		return nil, suite.Broken{Err: errors.New("the bench heard nothing")}
	}
	return out, nil
}

// shown wants so many VERIFYs with a passcode since the card was last listened to.
func shown(ctx context.Context, t *target.Target, want int) error {
	commands, err := heard(ctx, t)
	if err != nil {
		return err
	}
	n := 0
	for _, c := range commands {
		if len(c) > 2*header && c[2:4] == "20" {
			n++
		}
	}
	if n != want {
		return fmt.Errorf("the card was shown a passcode %d times, not %d times", n, want)
	}
	return nil
}

// header is CLA INS P1 P2 and one more byte.
const header = 5
