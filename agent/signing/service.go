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
	"github.com/smartcard-connect/smartcard-connect/agent/logfile"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// Service signs. Desk is required; every other field has a usable zero.
type Service struct {
	Desk     *insertion.Desk
	FormTime func() time.Duration // as package signin's
	Now      func() time.Time     // zero is time.Now
	Log      *slog.Logger         // zero is silence
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
		s.log().Warn("nothing was signed", logfile.Attr(logfile.NothingSigned), "origin", origin, "error", err)
		return explain(s.now(), err)
	}
	s.log().Info("signed", logfile.Attr(logfile.Signed), "origin", origin, "signatures", len(response.Signatures), "failed", len(response.Failed))
	return response
}

func (s *Service) wait(ctx context.Context, turn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.formTime())
	defer cancel()
	return turn(ctx)
}

func (s *Service) formTime() time.Duration {
	if s.FormTime == nil {
		return settings.DefaultTimeToShowPinForm
	}
	return s.FormTime()
}

// sign finds the card, asks once and signs the batch.
func (s *Service) sign(ctx context.Context, origin, environment string, r request) (Response, error) {
	b := batch{request: r}
	v := insertion.Visit{Question: s.question(origin, environment, len(r.Payloads)), Key: card.ContentCommitment, Accept: s.accept,
		Farewell: func(err error) string { return explain(s.now(), err).Message }}
	err := s.Desk.Visit(ctx, v, func(ctx context.Context, session *insertion.Session, f insertion.Facts, secret []byte) error {
		b.certificate = f.Certificate
		return b.run(ctx, session, secret)
	})
	if err != nil {
		return Response{}, err
	}
	if len(b.signed) == 0 {
		s.Desk.Forget()
		return Response{}, fmt.Errorf("none of %d payloads could be signed: %s", len(r.Payloads), b.failed[0].Message)
	}
	return Response{
		Certificate: base64.StdEncoding.EncodeToString(b.certificate.Raw),
		Failed:      b.failed, Signatures: b.signed, Status: "OK", Timestamp: stamp(s.now()),
	}, nil
}

// accept refuses a card whose certificate is outside its validity.
func (s *Service) accept(_ context.Context, f insertion.Facts) error {
	if c := f.Certificate; s.now().Before(c.NotBefore) || s.now().After(c.NotAfter) {
		return fmt.Errorf("%w: it is for %v to %v", errNoKey, c.NotBefore, c.NotAfter)
	}
	return nil
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
