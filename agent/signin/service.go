// Package signin signs a person in: it fetches and checks what an identity
// service asks, lets the person's card sign the answer, and brings back the
// ticket (PROTOCOL.md §1, steps 4 to 8).
package signin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion"
	"github.com/smartcard-connect/smartcard-connect/agent/logfile"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// Service signs people in, one after another. Desk is required; every other
// field has a usable zero.
type Service struct {
	Desk *insertion.Desk
	// FormTime is TimeToShowPinForm as it is now; zero is 300 s. It is asked
	// whenever a wait or a form begins, so several may ask at once.
	FormTime func() time.Duration
	HTTP     *http.Client     // zero is one with the system's proxy and roots
	Now      func() time.Time // zero is time.Now
	Rand     io.Reader        // zero is crypto/rand
	Log      *slog.Logger     // zero is silence
	// Device opens this machine's key; zero is a machine that has none.
	Device func() (Device, error)
	// ExpiryWarning is how long before a certificate ends the log warns; zero
	// is never.
	ExpiryWarning time.Duration
	// Ended, if set, is told of every sign-in that is over.
	Ended func(Ending)

	mu        sync.Mutex
	providers map[string]*provider
	seen      seen
}

// Result is how a sign-in ended. Ticket is empty unless Status is OK.
type Result struct {
	Status Status
	Ticket string
	Err    error // for the log, nil when OK
}

// Ending is a sign-in that is over, as a status window shows it.
type Ending struct {
	Result  Result
	Client  string    // who asked, cleaned; empty when that did not become known
	Expires time.Time // when the card's certificate ends; zero when no card was read
}

// Message is the sentence for people. A card that is not supported is named:
// withdrawn series by number, others by ATR. Other programs and the missing
// service are named too.
func (r Result) Message() string {
	var unknown card.UnknownError
	var retired card.RetiredError
	switch {
	case errors.As(r.Err, &retired):
		return r.Status.Message() + " " + retired.Error()
	case errors.As(r.Err, &unknown):
		return r.Status.Message() + " " + unknown.Error()
	case r.Status == CardUnreadable && errors.Is(r.Err, reader.ErrBusy):
		return r.Status.Message() + " Another program is using it: close that program."
	case r.Status == CardUnreadable && errors.Is(r.Err, reader.ErrReset):
		return r.Status.Message() + " Another program restarted it: try again."
	case r.Status == NoReader && errors.Is(r.Err, reader.ErrNoService):
		return r.Status.Message() + " It is the service that is missing."
	}
	return r.Status.Message()
}

// Turn waits until the person's screen is free for this sign-in. It returns nil
// then, or why it will not come.
type Turn func(ctx context.Context) error

// SignIn does the whole of it. The request is fetched at once and waits for its
// turn, if there is one, under its own two limits; the form's begins anew when
// it is shown. When the request was verified and anything fails later, the
// provider is told once.
func (s *Service) SignIn(ctx context.Context, issuer settings.Issuer, id string, turn Turn) Result {
	f := &flow{Service: s, id: id, timeUp: TimeUpForm, turn: turn}
	err := f.run(ctx, issuer)
	status := StatusOf(err, f.timeUp)
	f.ended(issuer, status, err)
	result := Result{Ticket: f.ticket}
	if status != OK {
		f.report(ctx, status)
		result = Result{Status: status, Err: err}
	}
	f.tell(result)
	return result
}

// tell lets Ended know.
func (f *flow) tell(r Result) {
	if f.Ended == nil {
		return
	}
	e := Ending{Result: r, Client: passcode.Clean(f.request.Client)}
	if c := f.facts.Certificate; c != nil {
		e.Expires = c.NotAfter
	}
	f.Ended(e)
}

// ended is the one line of every sign-in: how it ended, never by whom, and with
// no more of what the provider said than fits a line. The code is the one on the
// provider's page, and the transaction the one in its log.
func (f *flow) ended(issuer settings.Issuer, status Status, err error) {
	log, event := f.about().With("issuer", issuer.URL, "status", status.String()), logfile.Attr(logfile.SignIn(uint32(status)))
	if err == nil {
		log.Info("sign-in ended", event)
		return
	}
	text := err.Error()
	log.Warn("sign-in ended", "code", fmt.Sprintf("0x%08X", uint32(status)), "error", text[:min(len(text), maxReason)], event)
}

// about is the log with what tells this sign-in from others. An id that nobody
// can have issued is not repeated.
func (f *flow) about() *slog.Logger {
	if !ValidID(f.id) {
		return f.log()
	}
	return f.log().With("transaction", f.id)
}

// maxReason bounds a reason in the log: it may quote a provider's whole answer.
const maxReason = 500

// flow is one sign-in.
type flow struct {
	*Service
	id       string
	provider *provider
	request  Request // verified once provider asks to be told of failures
	verified bool
	skew     time.Duration // local clock plus skew is the provider's
	deadline time.Time     // local
	limit    string
	timeUp   Status
	turn     Turn
	facts    insertion.Facts
	proof    string // of the device, empty when there is none
	ticket   string
}

// run is the sign-in, step by step.
func (f *flow) run(ctx context.Context, issuer settings.Issuer) error {
	if !ValidID(f.id) {
		return fail(BadArgument, "malformed id")
	}
	if err := f.ask(ctx, issuer); err != nil {
		return err
	}
	if err := f.wait(ctx); err != nil {
		return err
	}
	f.countdown()
	assertion, err := f.visit(ctx)
	if err != nil {
		return err
	}
	return f.answer(ctx, assertion)
}

// ask fetches the request and refuses what this agent cannot do.
func (f *flow) ask(ctx context.Context, issuer settings.Issuer) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*exchangeTime)
	defer cancel()
	if f.provider, err = f.Service.provider(ctx, issuer); err != nil {
		return err
	}
	if f.request, f.skew, err = f.fetch(ctx, f.provider, f.id); err != nil {
		return err
	}
	f.verified = true
	if f.request.Environment != issuer.Environment {
		f.about().Warn("the request names another environment than the settings", "request", f.request.Environment, "settings", issuer.Environment)
	}
	return nil
}

// wait is the queue for the screen. What ends there by the form's limit never
// had a form: it is Busy.
func (f *flow) wait(ctx context.Context) error {
	if f.turn == nil {
		return nil
	}
	f.countdown()
	limited, cancel := context.WithTimeout(ctx, f.deadline.Sub(f.now()))
	defer cancel()
	err := f.turn(limited)
	switch {
	case err == nil || ctx.Err() != nil || limited.Err() == nil:
		return err
	case f.timeUp == TimeUpForm:
		return &Failure{Busy, fmt.Errorf("no turn on the screen within %s: %w", f.limit, err)}
	}
	return &Failure{f.timeUp, fmt.Errorf("no turn on the screen before %s: %w", f.limit, err)}
}

// countdown picks the earlier of the two limits.
func (f *flow) countdown() {
	form := settings.DefaultTimeToShowPinForm
	if f.FormTime != nil {
		form = f.FormTime()
	}
	now := f.now()
	f.deadline, f.limit, f.timeUp = now.Add(form), "TimeToShowPinForm", TimeUpForm
	if end := time.Unix(f.request.Expires, 0).Add(-f.skew); end.Before(f.deadline) {
		f.deadline, f.limit, f.timeUp = end, "the request's end", TimeUpRequest
	}
}

// visit lets the holder's card sign the assertion.
func (f *flow) visit(ctx context.Context) (assertion string, err error) {
	v := insertion.Visit{Question: f.question(), Key: card.Authentication, Accept: f.accept, Farewell: f.farewell}
	err = f.Desk.Visit(ctx, v, func(ctx context.Context, s *insertion.Session, _ insertion.Facts, _ []byte) (err error) {
		assertion, err = f.assertion(ctx, s)
		return err
	})
	if err == nil {
		err = f.verifyOwn(assertion)
	}
	return assertion, err
}

// accept refuses a card whose certificate is outside its validity.
func (f *flow) accept(ctx context.Context, facts insertion.Facts) error {
	f.facts = facts
	now := f.now().Add(f.skew)
	if c := facts.Certificate; now.Before(c.NotBefore) || now.After(c.NotAfter) {
		return fail(CertificateExpired, "the certificate is for %v to %v", c.NotBefore.UTC(), c.NotAfter.UTC())
	} else if left := c.NotAfter.Sub(now); left < f.ExpiryWarning {
		f.about().Warn("the card expires soon", logfile.Attr(logfile.CardExpiresSoon), "days", int(left.Hours()/24))
	}
	return f.proveDevice(ctx)
}

// farewell is what the form says in the end.
func (f *flow) farewell(err error) string {
	return Result{Status: StatusOf(err, f.timeUp), Err: err}.Message()
}

// question is what the person sees, before the card is known.
func (f *flow) question() passcode.Question {
	client := passcode.Clean(f.request.Client)
	return passcode.Question{
		Purpose: "Sign in to " + client, Application: client, Environment: f.provider.Banner(),
		TriesLeft: -1, Deadline: f.deadline, Limit: f.limit,
	}
}

func (s *Service) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s *Service) random() io.Reader {
	if s.Rand == nil {
		return rand.Reader
	}
	return s.Rand
}

func (s *Service) log() *slog.Logger {
	if s.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.Log
}

// errNoTicket is a receipt that brings nothing.
var errNoTicket = errors.New("the receipt has no ticket")
