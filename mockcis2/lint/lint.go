// Package lint judges relying parties by what the diary saw of them. A lint is
// one thing that a careful relying party does not do, with its source and with
// advice. One file is one lint; All lists them. A lint speaks only of what is
// certain from outside: where the diary is incomplete, or a request may have
// come from somebody else, it says nothing.
package lint

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
)

// Severity is how bad it is.
type Severity string

// From a hole, or something that CIS2 refuses, down to a matter of taste.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Advice  Severity = "advice"
)

// Area is the part of a sign-in that a lint looks at.
type Area string

// Areas, in the order of the report card.
const (
	Asking     Area = "Asking for a sign-in"
	Returning  Area = "Taking the answer back"
	Redeeming  Area = "Redeeming the code"
	Proving    Area = "Proving who the application is"
	Validating Area = "Validating the ID token"
	Using      Area = "Using the access token"
	Fetching   Area = "Discovery and keys"
	Leaving    Area = "Signing out"
)

// Areas are all of them in order.
var Areas = []Area{Asking, Returning, Redeeming, Proving, Validating, Using, Fetching, Leaving}

// Say reports that an entry shows the fault. The detail never holds a secret.
type Say func(e diary.Entry, format string, values ...any)

// Lint is one thing to find.
type Lint struct {
	ID       string                  `json:"id"`    // lint.…, never changes
	Title    string                  `json:"title"` // what the relying party does wrong
	Area     Area                    `json:"area"`
	Severity Severity                `json:"severity"`
	Source   string                  `json:"source"` // standard and section, or CIS2's documents
	Advice   string                  `json:"advice"` // what to do instead
	Find     func(s *Subject, _ Say) `json:"-"`
}

// Finding is one place where a lint speaks.
type Finding struct {
	Lint   string    `json:"lint"`
	Flow   string    `json:"flow,omitempty"`
	Seq    int       `json:"seq"` // of the diary's entry
	At     time.Time `json:"at"`
	Detail string    `json:"detail"`
}

// Judge runs every lint over one client's conversation. Findings come in the
// order of All, and of time within a lint.
func Judge(s Subject) []Finding {
	s.prepare()
	out := []Finding{}
	for _, l := range All {
		out = append(out, l.judge(&s)...)
	}
	return out
}

func (l Lint) judge(s *Subject) []Finding {
	var out []Finding
	l.Find(s, func(e diary.Entry, format string, values ...any) {
		out = append(out, Finding{l.ID, e.Flow, e.Seq, e.At, fmt.Sprintf(format, values...)})
	})
	slices.SortStableFunc(out, func(a, b Finding) int { return cmp.Compare(a.Seq, b.Seq) })
	return out
}
