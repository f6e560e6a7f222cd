// Package doctor checks what a helpdesk checks, one line each: what was found,
// and what to do where it is not as it should be. It changes nothing, asks for
// no passcode and spends no try. What it looks at is handed in, so that a test
// can be any desk.
package doctor

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// State is how a line stands.
type State string

// The states. Only Bad keeps a person from signing in.
const (
	OK   State = "ok"
	Look State = "look" // works, or may: somebody should look
	Bad  State = "bad"
)

// Line is the result of one check. ID is the check's, with what it is about
// behind a dot where there are several: "card.Reader 1". It never holds a
// person's name, UUID or passcode.
type Line struct {
	ID    string `json:"id"`
	Title string `json:"title"` // what was found, one sentence
	State State  `json:"state"`
	Do    string `json:"do,omitempty"` // what to do; empty when State is OK
}

// Desk is what is examined. Readers, Open and Settings are needed; with any
// other field left zero its check says that it could not look.
type Desk struct {
	Readers  reader.System
	Open     func(reader.Card, *card.Memory) (card.Card, error)
	Settings settings.Settings
	// Problems are values of the settings that are wrong or ignored, a
	// sentence each.
	Problems []string
	HTTP     *http.Client                          // to identity services, as the agent goes to them
	Proxy    func(*http.Request) (*url.URL, error) // the route it takes; nil answer is direct
	Now      func() time.Time                      // zero is time.Now
	Device   func() (thumbprint string, err error) // opens this machine's key
	Ports    []int                                 // of the port service
	Logs     []string                              // folders that logs go to
	Machine  Machine                               // the rest of the computer
	Warn     time.Duration                         // before a certificate ends; zero is 90 days
}

// Check is one thing to look at. Run may find several.
type Check struct {
	ID  string
	Run func(ctx context.Context, d Desk) []Line
}

// Checks are all there are, in the order of a helpdesk's questions. One more is
// one file and one line here.
func Checks() []Check {
	return []Check{
		{"system", system},
		{"settings", preferences},
		{"service", service},
		{"driver", drivers},
		{"reader", readers},
		{"card", cards},
		{"agent", agentPort},
		{"port-service", portService},
		{"browser", browsers},
		{"zone", zone},
		{"issuer", issuers},
		{"middleware", middleware},
		{"identity-agent", legacy},
		{"tpm", tpm},
		{"log", logs},
	}
}

// perCheck bounds a check: a service that hangs must not hang the doctor.
const perCheck = 20 * time.Second

// Examine runs every check, one after another, and tells each line to found as
// soon as it is known.
func Examine(ctx context.Context, d Desk, found func(Line)) []Line {
	var all []Line
	if d.Now == nil {
		d.Now = time.Now
	}
	for _, c := range Checks() {
		for _, l := range examine(ctx, c, d) {
			all = append(all, l)
			if found != nil {
				found(l)
			}
		}
	}
	return all
}

// examine gives up on a check that does not come back. Its goroutine is left
// to end by itself.
func examine(ctx context.Context, c Check, d Desk) []Line {
	ctx, cancel := context.WithTimeout(ctx, perCheck)
	defer cancel()
	done := make(chan []Line, 1)
	go func() { done <- c.Run(ctx, d) }()
	select {
	case lines := <-done:
		return lines
	case <-time.After(perCheck + time.Second):
		return one(c.ID, Bad, "does not answer", "Restart the computer; if that does not help, send this to your service desk.")
	}
}

// Healthy says whether nothing keeps a person from signing in.
func Healthy(lines []Line) bool {
	for _, l := range lines {
		if l.State == Bad {
			return false
		}
	}
	return true
}

func one(id string, s State, title, do string) []Line {
	return []Line{{ID: id, Title: title, State: s, Do: do}}
}

func good(id, title string) []Line { return one(id, OK, title, "") }

// unseen is a check that has nothing to look at here.
func unseen(id string) []Line { return good(id, "not looked at on this system") }
