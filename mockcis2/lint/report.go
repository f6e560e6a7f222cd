package lint

import (
	_ "embed"
	"html/template"
	"io"
	"net/url"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
)

// Report is the report card of one application.
type Report struct {
	Client   string         `json:"client"`
	Name     string         `json:"name,omitempty"`
	At       time.Time      `json:"at"`       // provider's clock
	Complete bool           `json:"complete"` // false: the diary has forgotten something, and some lints are silent
	Requests int            `json:"requests"` // of this application
	SignIns  int            `json:"sign_ins"` // that brought tokens
	Count    map[string]int `json:"count"`    // lints that spoke
	Sections []Section      `json:"sections"`
	Flows    []Trip         `json:"flows"`
}

// Section is one area of a report card.
type Section struct {
	Area  Area  `json:"area"`
	Spoke []Row `json:"spoke"` // lints that found something
	Quiet []Row `json:"quiet"` // lints that did not
}

// Row is one lint with what it found.
type Row struct {
	Lint
	Findings []Finding `json:"findings"`
}

// Trip is one flow in short.
type Trip struct {
	ID    string    `json:"id"`
	At    time.Time `json:"at"`
	Steps []string  `json:"steps"` // endpoint, status and error
}

// shown bounds the flows on a card; newer ones are kept.
const shown = 50

// Card judges one application.
func Card(name string, s Subject) Report {
	s.prepare()
	r := Report{Client: s.Client, Name: name, At: s.Now, Complete: s.Complete, Count: map[string]int{string(Error): 0, string(Warning): 0, string(Advice): 0}, Sections: []Section{}, Flows: []Trip{}}
	for _, e := range s.asked("authorize", "par", "token", "userinfo", "logout", "introspect", "revoke") {
		r.Requests++
		if e.Endpoint == "token" && e.Got("access_token") != "" {
			r.SignIns++
		}
	}
	for _, a := range Areas {
		r.Sections = append(r.Sections, r.section(a, &s))
	}
	for _, f := range s.flows[max(0, len(s.flows)-shown):] {
		r.Flows = append(r.Flows, trip(f))
	}
	return r
}

func (r *Report) section(a Area, s *Subject) Section {
	out := Section{Area: a, Spoke: []Row{}, Quiet: []Row{}}
	for _, l := range All {
		if l.Area != a {
			continue
		}
		found := l.judge(s)
		if len(found) == 0 {
			out.Quiet = append(out.Quiet, Row{Lint: l, Findings: []Finding{}})
			continue
		}
		r.Count[string(l.Severity)]++
		out.Spoke = append(out.Spoke, Row{l, found})
	}
	return out
}

// Findings are all that was found, in the order of the card.
func (r Report) Findings() []Finding {
	out := []Finding{}
	for _, s := range r.Sections {
		for _, row := range s.Spoke {
			out = append(out, row.Findings...)
		}
	}
	return out
}

func trip(f diary.Flow) Trip {
	t := Trip{ID: f.ID, At: f.Entries[0].At, Steps: []string{}}
	for _, e := range f.Entries {
		if e.Endpoint == "page" || e.Endpoint == "agent" {
			continue
		}
		step := e.Endpoint
		if e.Refused() != "" {
			step += ": " + e.Refused()
		} else if e.Status() >= 400 {
			step += ": refused"
		}
		t.Steps = append(t.Steps, step)
	}
	return t
}

//go:embed report.html
var source string

// pages are two templates, card and index, with their own style.
var pages = template.Must(template.New("report").Funcs(template.FuncMap{
	"path":  url.PathEscape,
	"clock": func(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04:05 UTC") },
	"first": func(f []Finding) []Finding { return f[:min(len(f), 10)] },
	"more":  func(f []Finding) int { return max(0, len(f)-10) },
}).Parse(source))

// WriteHTML writes the card as a page that needs nothing else.
func (r Report) WriteHTML(w io.Writer) error { return pages.ExecuteTemplate(w, "card", r) }

// WriteIndex writes a page that lists report cards.
func WriteIndex(w io.Writer, all []Report) error { return pages.ExecuteTemplate(w, "index", all) }
