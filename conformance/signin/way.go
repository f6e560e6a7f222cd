package signin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// right is a person who types the card's passcode.
func right(t *target.Target) target.Answer { return target.Answer{Passcode: t.Passcode} }

// will sets the person's script. A script that cannot be set is the test's
// mistake.
func will(ctx context.Context, t *target.Target, answers ...target.Answer) error {
	if err := t.Person.Will(ctx, answers...); err != nil {
		return suite.Broken{Err: err}
	}
	return nil
}

// handed starts a sign-in beside a person who does as told, and hands it to the
// agent over the JSON channel.
func handed(ctx context.Context, t *target.Target, person ...target.Answer) (*journey.Journey, browser.Reply, error) {
	if err := will(ctx, t, person...); err != nil {
		return nil, browser.Reply{}, err
	}
	j, err := journey.Start(ctx, t, journey.Options{})
	if err != nil {
		return nil, browser.Reply{}, err
	}
	reply, err := j.Hand(ctx, browser.JSON)
	return j, reply, err
}

// questions is how often the person was asked for a passcode since will.
func questions(ctx context.Context, t *target.Target) ([]target.Form, error) {
	all, err := t.Person.Saw(ctx)
	if err != nil {
		return nil, suite.Broken{Err: err}
	}
	var asked []target.Form
	for _, f := range all {
		if f.Command == "GETPIN" {
			asked = append(asked, f)
		}
	}
	return asked, nil
}

// notAsked wants a person who was left in peace.
func notAsked(ctx context.Context, t *target.Target) error {
	asked, err := questions(ctx, t)
	if err == nil && len(asked) > 0 {
		err = fmt.Errorf("the person was asked for the passcode %d times", len(asked))
	}
	return err
}

// healthy signs in over a channel with the right passcode.
func healthy(ctx context.Context, t *target.Target, c browser.Channel, o journey.Options) (*journey.Journey, *relyingparty.Session, error) {
	if err := will(ctx, t, right(t)); err != nil {
		return nil, nil, err
	}
	j, s, err := journey.SignIn(ctx, t, c, o)
	if err == nil && t.Holder != "" && s.ID.Subject != t.Holder {
		err = fmt.Errorf("sub is %s, the card is %s's", s.ID.Subject, t.Holder)
	}
	return j, s, err
}

func byHub(ctx context.Context, t *target.Target) error  { return by(ctx, t, browser.Hub) }
func byJSON(ctx context.Context, t *target.Target) error { return by(ctx, t, browser.JSON) }
func byForm(ctx context.Context, t *target.Target) error { return by(ctx, t, browser.Form) }
func byURI(ctx context.Context, t *target.Target) error  { return by(ctx, t, browser.URI) }

func by(ctx context.Context, t *target.Target, c browser.Channel) error {
	_, s, err := healthy(ctx, t, c, journey.Options{})
	if err != nil {
		return err
	}
	info, err := s.UserInfo(ctx)
	if err == nil && info["sub"] != s.ID.Subject {
		err = fmt.Errorf("userinfo's sub is %v, the ID token's %s", info["sub"], s.ID.Subject)
	}
	return err
}

func userInfo(ctx context.Context, t *target.Target) error { return by(ctx, t, browser.JSON) }

// formText reads what the person read.
func formText(ctx context.Context, t *target.Target) error {
	if _, _, err := healthy(ctx, t, browser.JSON, journey.Options{}); err != nil {
		return err
	}
	asked, err := questions(ctx, t)
	if err != nil {
		return err
	}
	if len(asked) != 1 {
		return fmt.Errorf("the person was asked %d times, not once", len(asked))
	}
	f := asked[0]
	for what, part := range map[string]string{
		"a TEST banner": "TEST", "who asks": "Asked for by:", "whose card": "Card of:", "tries left": "Tries left: 3",
		"the countdown": "Time left:", "the limit's name": "(",
	} {
		if !strings.Contains(f.Text, part) {
			return fmt.Errorf("the form does not show %s (%q): %q", what, part, f.Text)
		}
	}
	if strings.Contains(f.Text, t.Passcode) {
		return errors.New("the form shows the passcode")
	}
	if f.Timeout <= 0 || f.Timeout > 300 {
		return fmt.Errorf("the form's countdown is %d s, not 1 to 300", f.Timeout)
	}
	return nil
}

// fails starts a sign-in, hands it over and wants a status; then it follows the
// provider's page and wants an OAuth error at the application.
func fails(ctx context.Context, t *target.Target, c browser.Channel, want journey.Status, oauth string) error {
	j, err := journey.Start(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	reply, err := j.Hand(ctx, c)
	if err != nil {
		return err
	}
	if err := status(reply, want); err != nil {
		return err
	}
	if oauth == "" {
		return nil
	}
	return denied(ctx, j, want, oauth)
}

// status wants one code, its name where the channel carries it, and no ticket.
func status(r browser.Reply, want journey.Status) error {
	if got := journey.Status(r.StatusCode); got != want {
		return fmt.Errorf("the status is %s (%q), not %s", got, r.Message, want)
	}
	if r.StatusString != "" && r.StatusString != want.String() {
		return fmt.Errorf("the status string is %q, not %s", r.StatusString, want)
	}
	if r.Ticket != "" {
		return errors.New("a failure carries a ticket")
	}
	return nil
}

// denied lets the page go on after a failure and wants an OAuth error.
func denied(ctx context.Context, j *journey.Journey, s journey.Status, want string) error {
	if err := j.Failed(ctx, s); err != nil {
		return err
	}
	_, err := j.Flow.Code(j.Page.URL)
	var problem relyingparty.Problem
	if !errors.As(err, &problem) {
		return fmt.Errorf("the application gets no OAuth error: %w", err)
	}
	if problem.Code != want {
		return fmt.Errorf("the application gets %q (%s), not %s", problem.Code, problem.Description, want)
	}
	return nil
}
