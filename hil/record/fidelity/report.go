package fidelity

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/record"
)

// Verdict is how two answers to one command compare.
type Verdict string

// The verdicts; all but Same are differences.
const (
	Same    Verdict = "same"
	Status  Verdict = "status" // the status words differ
	Length  Verdict = "length" // the data differs in length
	Data    Verdict = "data"   // and in content
	Pieces  Verdict = "pieces" // the same in other pieces
	Missing Verdict = "missing"
)

// Report is the comparison of two recordings.
type Report struct {
	A       Side     `json:"a"`
	B       Side     `json:"b"`
	Same    int      `json:"same"`
	Total   int      `json:"total"`
	Notes   []string `json:"notes,omitempty"` // what was not compared, a sentence each
	Percent float64  `json:"percent"`         // of the rows that are the same
	Ratio   float64  `json:"ratio"`           // the median of the rows', 0 where nothing is to be compared
	Rows    []Row    `json:"rows"`
}

// Side is one recording.
type Side struct {
	File     string  `json:"file"`
	Reader   string  `json:"reader"`
	Script   string  `json:"script"`
	Date     string  `json:"date"`
	Protocol string  `json:"protocol"`
	ATR      string  `json:"atr"`
	Stopped  string  `json:"stopped,omitempty"`
	Millis   float64 `json:"ms"` // of the commands both have
}

// Row is one command, or the answer to reset.
type Row struct {
	ID      int     `json:"id"` // from 1
	Title   string  `json:"title"`
	Verdict Verdict `json:"verdict"`
	A       string  `json:"a"`                // what A says, in a few characters
	B       string  `json:"b"`                // what B says
	Note    string  `json:"note,omitempty"`   // where they differ
	Masked  string  `json:"masked,omitempty"` // what was left out, because it is another on every card
	Command string  `json:"command,omitempty"`
	MillisA float64 `json:"ms_a,omitempty"`
	MillisB float64 `json:"ms_b,omitempty"`
	Ratio   float64 `json:"ratio,omitempty"` // B's time over A's
}

// Compare holds B against A.
func Compare(a, b record.Recording) Report {
	r := Report{A: side(a), B: side(b), Rows: []Row{}}
	r.add(Row{Title: "answer to reset", Verdict: equal(r.A.ATR, r.B.ATR), A: r.A.ATR, B: r.B.ATR})
	samePieces := a.Protocol == b.Protocol
	var ratios []float64
	for _, p := range match(join(a.Exchanges), join(b.Exchanges)) {
		if p.reset() {
			continue
		}
		row := p.row(samePieces)
		if row.Ratio > 0 {
			ratios = append(ratios, row.Ratio)
		}
		if p.a != nil && p.b != nil {
			r.A.Millis += row.MillisA
			r.B.Millis += row.MillisB
		}
		r.add(row)
	}
	if len(ratios) > 0 {
		slices.Sort(ratios)
		r.Ratio = ratios[len(ratios)/2]
	}
	r.Percent = 100 * float64(r.Same) / float64(r.Total)
	return r
}

func side(r record.Recording) Side {
	return Side{Reader: r.Reader, Script: r.Script, Date: r.Date.UTC().Format(time.RFC3339), Protocol: r.Protocol.String(), ATR: hexOf(r.ATR), Stopped: r.Stopped}
}

func (r *Report) add(row Row) {
	row.ID = len(r.Rows) + 1
	r.Rows = append(r.Rows, row)
	r.Total++
	if row.Verdict == Same {
		r.Same++
	}
}

// Equal reports whether nothing differs.
func (r Report) Equal() bool { return r.Same == r.Total }

func equal(a, b string) Verdict {
	if a == b {
		return Same
	}
	return Data
}

// row compares one command. The pieces of an answer count only between cards of
// one protocol.
func (p pair) row(samePieces bool) Row {
	row := Row{Title: p.any().title(), Command: p.any().text, Verdict: Missing, A: "not sent", B: "not sent"}
	if p.a != nil {
		row.A, row.MillisA = p.a.brief(), millis(p.a.took)
	}
	if p.b != nil {
		row.B, row.MillisB = p.b.brief(), millis(p.b.took)
	}
	if p.a == nil || p.b == nil {
		return row
	}
	if row.MillisA > 0 {
		row.Ratio = row.MillisB / row.MillisA
	}
	row.Verdict, row.Note, row.Masked = judge(*p.a, *p.b)
	if row.Verdict == Same && samePieces && !slices.Equal(p.a.pieces, p.b.pieces) && len(p.a.data) == len(p.b.data) {
		row.Verdict, row.Note = Pieces, fmt.Sprintf("in pieces of %v and %v bytes", p.a.pieces, p.b.pieces)
	}
	return row
}

// judge compares two answers to one command.
func judge(a, b whole) (v Verdict, note, masked string) {
	if a.sw != b.sw {
		return Status, "", ""
	}
	if a.hidden || b.hidden {
		if len(a.data) != len(b.data) {
			return Length, "", "contents, not recorded"
		}
		return Same, "", "contents, not recorded"
	}
	if bytes.Equal(a.data, b.data) {
		return Same, "", ""
	}
	x, masked := a.mask()
	y, also := b.mask()
	switch {
	case masked != also:
		x, y, masked = a.data, b.data, ""
	case bytes.Equal(x, y):
		return Same, "", masked
	}
	if len(x) != len(y) {
		return Length, "", masked
	}
	at := 0
	for x[at] == y[at] {
		at++
	}
	return Data, fmt.Sprintf("from byte %d: %X and %X", at, x[at:min(at+4, len(x))], y[at:min(at+4, len(y))]), masked
}

// brief is an answer in at most 10 characters.
func (w whole) brief() string {
	if !w.answered {
		return "no answer"
	}
	if len(w.data) == 0 {
		return w.sw
	}
	return fmt.Sprintf("%s+%d", w.sw, len(w.data))
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
