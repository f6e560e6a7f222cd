// Package signing signs prescriptions with the content-commitment key of a card,
// one or hundreds, for pages of the signing service (PROTOCOL.md §3).
package signing

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// Service signs. Desk is required; every other field has a usable zero.
type Service struct {
	Desk     *insertion.Desk
	FormTime time.Duration    // TimeToShowPinForm; zero is 300 s
	Now      func() time.Time // zero is time.Now
	Log      *slog.Logger     // zero is silence
}

// Sign answers requestToSign. The caller has checked that origin is a signing
// origin; it is shown to the person, with environment. The answer is always one
// for the page: failures are in it. turn, if there is one, waits until the
// screen is free, for no longer than a form may stay on it.
func (s *Service) Sign(ctx context.Context, origin, environment, argument string, turn func(context.Context) error) Response {
	r, err := parse(argument)
	if err != nil {
		s.log().Warn("signing request refused", "origin", origin, "error", err)
		return refusal(s.now(), StatusArgument, textArgument)
	}
	if turn != nil {
		if err := s.wait(ctx, turn); err != nil {
			s.log().Warn("nothing was signed: no turn on the screen", "origin", origin, "error", err)
			return Busy(s.now())
		}
	}
	response, err := s.sign(ctx, origin, environment, r)
	if err != nil {
		s.log().Warn("nothing was signed", "origin", origin, "error", err)
		return explain(s.now(), err)
	}
	s.log().Info("signed", "origin", origin, "signatures", len(response.Signatures), "failed", len(response.Failed))
	return response
}

func (s *Service) wait(ctx context.Context, turn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.formTime())
	defer cancel()
	return turn(ctx)
}

func (s *Service) formTime() time.Duration {
	if s.FormTime == 0 {
		return settings.DefaultTimeToShowPinForm
	}
	return s.FormTime
}

// sign finds the card, asks once and signs the batch.
func (s *Service) sign(ctx context.Context, origin, environment string, r request) (Response, error) {
	q := s.question(origin, environment, len(r.Payloads))
	in, err := s.Desk.Find(ctx, passcode.Notice{Purpose: q.Purpose, Application: origin,
		Environment: q.Environment, Deadline: q.Deadline, Limit: q.Limit})
	if err != nil {
		return Response{}, err
	}
	facts, err := s.Desk.Read(ctx, in, card.ContentCommitment)
	if err != nil {
		return Response{}, err
	}
	if c := facts.Certificate; s.now().Before(c.NotBefore) || s.now().After(c.NotAfter) {
		return Response{}, fmt.Errorf("%w: it is for %v to %v", errNoKey, c.NotBefore, c.NotAfter)
	}
	b := batch{request: r, certificate: facts.Certificate}
	if err := s.Desk.Unlock(ctx, in, facts.Form(q), b.run); err != nil {
		return Response{}, err
	}
	if len(b.signed) == 0 {
		s.Desk.Forget()
		return Response{}, fmt.Errorf("none of %d payloads could be signed: %s", len(r.Payloads), b.failed[0].Message)
	}
	return Response{
		Certificate: base64.StdEncoding.EncodeToString(facts.Certificate.Raw),
		Failed:      b.failed, Signatures: b.signed, Status: "OK", Timestamp: stamp(s.now()),
	}, nil
}

func (s *Service) question(origin, environment string, n int) passcode.Question {
	what := "1 prescription"
	if n != 1 {
		what = fmt.Sprintf("%d prescriptions", n)
	}
	return passcode.Question{
		Purpose: fmt.Sprintf("Sign %s for %s", what, origin), Application: origin, Environment: environment,
		TriesLeft: -1, Deadline: s.now().Add(s.formTime()), Limit: "TimeToShowPinForm",
	}
}

func (s *Service) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s *Service) log() *slog.Logger {
	if s.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.Log
}

// errSignature is a signature that its own certificate does not verify.
var errSignature = errors.New("the card's signature is wrong")
