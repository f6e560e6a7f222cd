// Package result is what a run found, as values and as JSON: specs within
// cells within a report, and the plan that says which of them were required.
package result

import "time"

// Verdict is how a spec or a cell ended. Only Pass lets a release out.
type Verdict string

// The five verdicts. Anything else, and an absent one, counts as Miss.
const (
	Pass  Verdict = "PASS"
	Fail  Verdict = "FAIL"  // the product is wrong
	Error Verdict = "ERROR" // the test broke
	Miss  Verdict = "MISS"  // the bench broke, or the cell never ran
	Skip  Verdict = "SKIP"  // for the stated reason
)

// Exit codes of every program that ends with a verdict.
const (
	ExitPass         = 0
	ExitFail         = 1
	ExitInconclusive = 2
	ExitUnverified   = 3
	ExitUsage        = 64
)

// Schema is the number in Report.Schema that this package reads and writes.
const Schema = 1

// Kinds of cell.
const (
	// KindPackage cells drive packages in one process. They say nothing about
	// the agent program.
	KindPackage = "package"
	// KindPCSCD cells drive the built programs around a private pcscd.
	KindPCSCD = "pcscd"
	// KindWindows cells drive the built Windows programs in the Wine box.
	KindWindows = "windows"
	// KindRecorded cells drive the built programs around a recording of a
	// card. They come before a release's cells and stand for none of them.
	KindRecorded = "recorded"
	// KindRemote cells drive a card in a reader that a host has. They say
	// nothing about the agent program.
	KindRemote = "remote"
)

// Spec is one check in one cell.
type Spec struct {
	ID       string        `json:"id"`
	Title    string        `json:"title"`
	Source   string        `json:"source"`
	Requires []string      `json:"requires,omitempty"`
	Proof    string        `json:"proof,omitempty"` // the fault that turns it red; empty is unproven
	Verdict  Verdict       `json:"verdict"`
	Reason   string        `json:"reason,omitempty"` // why not PASS, for people
	Elapsed  time.Duration `json:"elapsed_ns"`
	Trace    []Exchange    `json:"trace,omitempty"`
	Attempts []Attempt     `json:"attempts,omitempty"` // all, in order, where there was more than one
}

// Exchange is one APDU pair with secrets blanked, in hexadecimal.
type Exchange struct {
	Command  string `json:"command"`
	Response string `json:"response"`
}

// Cell is one place in the matrix and what was found there.
type Cell struct {
	ID        string    `json:"id"`       // "series9-T1-pcscd"
	Series    string    `json:"series"`   // "8", "9"
	Protocol  string    `json:"protocol"` // "T=0", "T=1"
	Kind      string    `json:"kind"`     // "package" (in process), "pcscd", "windows" or "remote"
	Product   string    `json:"product"`  // what was judged: "agent packages", "agent program"
	Verdict   Verdict   `json:"verdict"`
	Reason    string    `json:"reason,omitempty"`
	Fault     string    `json:"fault,omitempty"` // the fault that was switched on
	Reproduce string    `json:"reproduce"`       // one command
	Start     time.Time `json:"start"`
	End       time.Time `json:"end"`
	Specs     []Spec    `json:"specs"`

	Identity *Identity `json:"identity,omitempty"` // which host, reader and card it was
	Features *Features `json:"features,omitempty"` // what the target claims and what it does not
	Tried    []Attempt `json:"attempts,omitempty"` // all attempts, in order, where there was more than one
}

// Identity says on which machine, in which reader and with which card a cell
// was run, as far as it is known. None of it is a secret, and none names a
// person.
type Identity struct {
	Host     string `json:"host,omitempty"`      // the bench's name, not the network's
	OS       string `json:"os,omitempty"`        // of that host: "windows/amd64"
	Reader   string `json:"reader,omitempty"`    // as PC/SC names it
	ReaderID string `json:"reader_id,omitempty"` // its place: USB path, or the bench's name for it
	Card     string `json:"card,omitempty"`      // the bench's name for it
	Profile  string `json:"profile,omitempty"`   // of a software card
	// Personality is which of the profile's that card has, where the bench says it;
	// else it is the first with the protocol.
	Personality string `json:"personality,omitempty"`
	ATR         string `json:"atr,omitempty"`       // in hexadecimal
	Exchanged   string `json:"exchanged,omitempty"` // the level of exchange: "TPDU", "short APDU", "extended APDU"
}

// Report is one run.
type Report struct {
	Schema  int       `json:"schema"` // 1
	Build   Build     `json:"build"`
	Plan    Plan      `json:"plan"`
	Seed    int64     `json:"seed"`
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`
	Cells   []Cell    `json:"cells"`
	Verdict *Decision `json:"verdict,omitempty"`
	Flakes  []Flake   `json:"flakes,omitempty"`  // what Report.Unsteady finds, written out
	Waivers []Waiver  `json:"waivers,omitempty"` // claimed for this run; a gate heeds only signed ones
	Proof   *Proof    `json:"proof,omitempty"`   // which fault turns which spec red
	Notes   []string  `json:"notes,omitempty"`   // what this bench cannot show, a sentence each
}

// Build says what was judged and where.
type Build struct {
	Version string `json:"version"` // of the product
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	PCSC    string `json:"pcsc,omitempty"` // "pcscd 1.9.9"
}

// Plan says what a release must show. A filter on a run cannot shrink it.
type Plan struct {
	Cells []PlannedCell `json:"cells"`
}

// PlannedCell is one required cell and its required specs.
type PlannedCell struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind"`
	Required []string `json:"required"`           // spec IDs that must PASS here
	Excluded string   `json:"excluded,omitempty"` // the reason, when the cell is not run on purpose
}

// Decision is the gate's word on a report.
type Decision struct {
	Verdict Verdict  `json:"verdict"` // Pass, Fail or Miss (inconclusive)
	Exit    int      `json:"exit"`
	Reasons []string `json:"reasons,omitempty"` // one sentence each, naming cell and spec
	Counts  Counts   `json:"counts"`
}

// Counts are for the summary line. Cells counts cells that have a result,
// Unproven distinct spec IDs without a proof; the others count spec results,
// and Miss counts a required spec without a result too.
type Counts struct {
	Cells    int `json:"cells"`
	Pass     int `json:"pass"`
	Fail     int `json:"fail"`
	Error    int `json:"error"`
	Miss     int `json:"miss"`
	Skip     int `json:"skip"`
	Unproven int `json:"unproven"`
}
