package target

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/conformance/pcsc"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Target is an opened File: the same handles whatever the kind of cell, so that
// a suite cannot tell the difference. A handle the target does not have is nil,
// and the feature that stands for it is not claimed.
type Target struct {
	File
	// Connect powers the card under test, through whatever the cell has.
	// What is transmitted through it is kept in Trace.
	Connect func(ctx context.Context) (reader.Card, error)
	// PCSC is the service in front of the reader, without the agent's own seam.
	PCSC pcsc.Service
	// Trace is the conversation of the check that runs, secrets blanked.
	Trace *Trace
	// Rig puts the card in and takes it out.
	Rig Rig
	// Desk changes which readers there are.
	Desk Desk
	// Service is the smartcard service, to be stopped and held.
	Service Service
	// Recorder is told which check runs; nil is nobody.
	Recorder *Recorder
	// Sound looks after a red check whether the bench itself is broken: nil
	// is a sound one. Where it is nil, whoever runs the cell looks.
	Sound func(ctx context.Context) error
	// Side is the provider's side door.
	Side Side
	// Person answers passcode forms.
	Person Scripted
	// OpenURI hands a smartcard-connect: URI to the agent as the desktop
	// would, and returns the address the agent then opened in the browser.
	OpenURI func(ctx context.Context, uri string) (opened string, err error)
	// HTTP carries every request to provider and agent. nil is the default.
	HTTP http.RoundTripper
	// Other carries requests of another user of this machine; nil where
	// that takes more rights than there are.
	Other http.RoundTripper
	// Join registers an agent that is said to be at port with the port
	// service, until leave.
	Join func(ctx context.Context, port int) (leave func(), err error)
	// Tell shows a person at the desk what to do now; nil where nobody is.
	Tell func(text string)
	// Now is the clock of the cell.
	Now func() time.Time

	hurried func(ctx context.Context) (*Target, error)
	closers []func() error
}

// Hurried runs body against the same desk with an agent whose form ends after
// a second.
func (t *Target) Hurried(ctx context.Context, body func(*Target) error) error {
	if t.hurried == nil {
		return fmt.Errorf("%w: this cell has no agent with a short form", ErrUsage)
	}
	other, err := t.hurried(ctx)
	if err != nil {
		return err
	}
	return errors.Join(body(other), other.Close())
}

// Rig is the bench around the card.
type Rig interface {
	// Insert puts the card in and waits until the reader sees it.
	Insert(ctx context.Context) error
	// Remove takes it out and waits until the reader sees that.
	Remove(ctx context.Context) error
	// Restore brings the card back as it was personalised, tries included,
	// inserted, with the faults of the target file and no others.
	Restore(ctx context.Context) error
	// Fault switches a card fault on until Restore.
	Fault(ctx context.Context, id string) error
	// Heard is every exchange with the card since it was last asked for,
	// whoever had it, secrets blanked.
	Heard(ctx context.Context) ([]result.Exchange, error)
}

// Side is the provider's side door.
type Side interface {
	// Fault switches a provider fault on until Restore.
	Fault(ctx context.Context, id string) error
	// Restore leaves the faults of the target file on and no others.
	Restore(ctx context.Context) error
	// Revoke puts one person's cards on the revocation list, for good.
	Revoke(ctx context.Context, uuid string) error
	// AskDevice says what sign-ins ask of the computer from now on: none,
	// preferred or required.
	AskDevice(ctx context.Context, ask string) error
	// Enrol enrols every computer that has proved itself, or forgets them all.
	Enrol(ctx context.Context, enrolled bool) error
	// Computers is how many have proved themselves or are enrolled.
	Computers(ctx context.Context) (int, error)
	// Advance moves the provider's clock; a negative time moves it back.
	Advance(ctx context.Context, by time.Duration) error
	// RotateKey signs with another key from now on.
	RotateKey(ctx context.Context) error
	// SetLogout registers where a client's browser may go after signing out,
	// beside what is registered, and where the client is told that a session
	// has ended. Empty is nothing more, and nowhere.
	SetLogout(ctx context.Context, client, after, told string) error
	// History is what the provider has answered and what has happened there,
	// oldest first.
	History(ctx context.Context) ([]Visit, error)
}

// Visit is one request in the provider's diary, or something that happened.
type Visit struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Status int    `json:"status"`
	Event  string `json:"event"`
	// Tokens are the names of those in the answer, as the diary has them.
	Tokens []string `json:"tokens,omitempty"`
}

// Answer is what the scripted person does at one passcode form. The last answer
// of a script repeats.
type Answer struct {
	Passcode   string `json:"passcode,omitempty"`
	Cancel     bool   `json:"cancel,omitempty"`
	NotStarted bool   `json:"not_started,omitempty"`
	Hang       bool   `json:"hang,omitempty"`
	WaitFor    string `json:"wait_for,omitempty"` // answer only once this file exists
	On         string `json:"on,omitempty"`       // MESSAGE: kept for a notice without a question
	Early      bool   `json:"-"`                  // first of a script, in package cells: typed into a window that stays up, before the card is there
}

// Form is what the person saw at one moment.
type Form struct {
	Command string `json:"command"` // GETPIN asks for a passcode; others only tell
	Text    string `json:"text"`    // every word on it
	Timeout int    `json:"timeout"` // seconds of the countdown
}

// Scripted is a person who answers passcode forms by script.
type Scripted interface {
	// Will sets the script and forgets what was seen.
	Will(ctx context.Context, answers ...Answer) error
	// Saw is every form since Will.
	Saw(ctx context.Context) ([]Form, error)
}

// ErrUsage is wrapped when a target file asks for something that does not
// exist: exit code 64.
var ErrUsage = errors.New("target file cannot be used")

// Open makes the target real. For kind package it starts card, provider and
// agent in this process; for the other kinds it connects to what runs. The caller
// closes it. Errors wrap ErrUsage when the file is wrong, and are the bench's
// otherwise.
func Open(ctx context.Context, f File) (*Target, error) {
	t := &Target{File: f, Trace: &Trace{}, Now: time.Now}
	open := t.openPackage
	switch f.Kind {
	case Package:
	case PCSCD, Windows, Remote:
		open = t.openPCSCD
	default:
		return nil, fmt.Errorf("%w: kind %q", ErrUsage, f.Kind)
	}
	if err := open(ctx); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	if err := t.checkClaims(); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// checkClaims refuses a feature whose handle is not there: a claimed feature
// must work, not be skipped.
func (t *Target) checkClaims() error {
	have := map[Feature]bool{
		Card: t.Connect != nil, Provider: t.Issuer != "", Agent: t.Agent != 0, Ports: len(t.Ports) > 0,
		Login: t.Login != nil || slices.Contains(t.Features, Smartcard), KeyClient: len(t.Clients) > 1, SecondClient: len(t.Clients) > 2,
		PCSC: t.PCSC != nil && t.Reader != "",
		PUK:  t.PUK != "", Admin: t.File.Admin != "", Bench: t.Rig != nil, Person: t.Person != nil, Browser: t.File.Browser != "",
		ShortForm: t.hurried != nil, Readers: t.Desk != nil, Keypad: t.Desk != nil, Restarts: t.Service != nil, Clock: t.Side != nil, Backchannel: t.Side != nil, OtherUser: t.Other != nil,
		FAPI2: len(t.Clients) > 1, PAR: len(t.Clients) > 1, DPoP: len(t.Clients) > 1, FormPost: t.Issuer != "", Refresh: t.Issuer != "", Logout: t.Issuer != "",
	}
	if len(t.Missing([]Feature{Login})) == 0 && t.Issuer != "" && len(t.Clients) == 0 {
		return fmt.Errorf("%w: no client is registered: somebody can only sign in for one", ErrUsage)
	}
	for _, f := range t.Features {
		if there, known := have[f]; known && !there {
			return fmt.Errorf("%w: feature %q is claimed and the file does not say how to reach it", ErrUsage, f)
		}
	}
	return nil
}

// Close stops what Open started, last first.
func (t *Target) Close() error {
	var errs []error
	for i := len(t.closers) - 1; i >= 0; i-- {
		errs = append(errs, t.closers[i]())
	}
	t.closers = nil
	return errors.Join(errs...)
}

func (t *Target) onClose(f func() error) { t.closers = append(t.closers, f) }

// Client is the registered relying party number n, in the order of the file.
func (t *Target) Client(n int) (Client, error) {
	if n >= len(t.Clients) {
		return Client{}, fmt.Errorf("the target file names %d clients, number %d is wanted", len(t.Clients), n)
	}
	return t.Clients[n], nil
}
