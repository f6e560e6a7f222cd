package signin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

func attackerHub(ctx context.Context, t *target.Target) error  { return attack(ctx, t, browser.Hub) }
func attackerJSON(ctx context.Context, t *target.Target) error { return attack(ctx, t, browser.JSON) }
func attackerForm(ctx context.Context, t *target.Target) error { return attack(ctx, t, browser.Form) }
func attackerURI(ctx context.Context, t *target.Target) error  { return attack(ctx, t, browser.URI) }

// attack: the attacker starts a sign-in and sends the victim its id; the
// victim's browser hands it over and the victim types. The ticket comes out in
// the victim's browser, whose page posts it without the attacker's cookie. Even
// an attacker who then learns the ticket must be left outside.
func attack(ctx context.Context, t *target.Target, c browser.Channel) error {
	if err := will(ctx, t, right(t)); err != nil {
		return err
	}
	attacker, err := journey.Start(ctx, t, journey.Options{})
	if err != nil {
		return err
	}
	victim := *attacker
	victim.Browser = browser.New(t.HTTP)
	reply, err := victim.Hand(ctx, c)
	if err != nil {
		return fmt.Errorf("channel %s: %w", c, err)
	}
	if reply.StatusCode != 0 {
		return fmt.Errorf("channel %s: the victim's card: %w", c, journey.Status(reply.StatusCode))
	}
	if err := victim.Complete(ctx, reply.Ticket); err != nil {
		return err
	}
	if victim.Home() || victim.Page.Status < 400 {
		return errors.New("the victim's browser completes what the attacker began")
	}
	if err := attacker.Complete(ctx, reply.Ticket); err != nil {
		return err
	}
	if attacker.Home() || attacker.Page.Status < 400 {
		return errors.New("the attacker gets in with the victim's ticket")
	}
	return nil
}

// secondApplication signs in at one application and opens another.
func secondApplication(ctx context.Context, t *target.Target) error {
	j, _, err := healthy(ctx, t, browser.JSON, journey.Options{})
	if err != nil {
		return err
	}
	if err := will(ctx, t, right(t)); err != nil {
		return err
	}
	second, err := journey.Start(ctx, t, journey.Options{Client: 2, Browser: j.Browser})
	if err != nil {
		return fmt.Errorf("the second application: %w", err)
	}
	reply, err := second.Hand(ctx, browser.JSON)
	if err != nil {
		return err
	}
	if reply.StatusCode != 0 {
		return journey.Status(reply.StatusCode)
	}
	if _, err := second.Return(ctx, reply.Ticket); err != nil {
		return err
	}
	asked, err := questions(ctx, t)
	if err == nil && len(asked) != 1 {
		err = fmt.Errorf("for the second application the person was asked %d times, not once", len(asked))
	}
	return err
}

// noToken reads the provider's diary of a sign-in at which the application
// never came for its tokens: nobody else did, and nobody was handed one unasked.
func noToken(ctx context.Context, t *target.Target) error {
	before, err := t.Side.History(ctx)
	if err != nil {
		return err
	}
	j, reply, err := handed(ctx, t, right(t))
	if err != nil {
		return err
	}
	if reply.StatusCode != 0 {
		return journey.Status(reply.StatusCode)
	}
	if err := j.Complete(ctx, reply.Ticket); err != nil {
		return err
	}
	after, err := t.Side.History(ctx)
	if err != nil {
		return err
	}
	if len(after) <= len(before) {
		return errors.New("the provider's diary does not grow")
	}
	for _, v := range after[len(before):] {
		if strings.HasSuffix(v.Path, "/access_token") || strings.HasSuffix(v.Path, "/userinfo") {
			return fmt.Errorf("somebody visited %s before the application did", v.Path)
		}
		if strings.Contains(v.Path, "/smartcard/") && len(v.Tokens) > 0 {
			return fmt.Errorf("%s hands out %v: the agent got what belongs to the application", v.Path, v.Tokens)
		}
	}
	return nil
}
