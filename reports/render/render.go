// Package render shows a report to people and to programs: one self-contained
// HTML page, a summary for a terminal, JUnit XML and JSON. Every renderer asks
// the gate again, so that what is shown is what the results say.
package render

import (
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/smartcard-connect/smartcard-connect/reports/gate"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// InProcess is the label of package cells, wherever they are shown.
const InProcess = "in process: says nothing about the agent program"

// JSON writes report.json with the gate's decision and the flakes filled in.
func JSON(w io.Writer, r result.Report) error {
	return result.Write(w, decided(r))
}

func decided(r result.Report) result.Report {
	d := gate.Decide(r)
	r.Verdict, r.Flakes = &d, r.Unsteady()
	return r
}

// word is the release's state in one or two words, and sentence says it plainly.
func word(v result.Verdict) (word, sentence string) {
	switch v {
	case result.Pass:
		return "PASS", "This build may ship: every required check ran and passed."
	case result.Fail:
		return "FAIL", "This build must not ship: at least one check found the product wrong."
	}
	return "INCONCLUSIVE", "This build may not ship yet: something required is missing or could not be judged."
}

// kind is how a kind of cell is called in front of people.
func kind(k string) string {
	switch k {
	case result.KindPackage:
		return "packages, in process"
	case result.KindPCSCD:
		return "agent program, pcscd"
	case result.KindRecorded:
		return "agent program, recorded card"
	case result.KindWindows:
		return "agent program for Windows, Wine"
	}
	return k
}

func elapsed(d time.Duration) string {
	switch {
	case d <= 0:
		return "–"
	case d < time.Millisecond:
		return "under 1 ms"
	case d < 10*time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

// percent is a part of a whole in words.
func percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return strconv.Itoa(part*100/whole) + " %" // rounded down: 100 % is all
}

// hex groups hexadecimal by byte: "00 A4 04 00". Anything else stays as it is.
func hex(s string) string {
	if len(s)%2 != 0 || strings.Trim(s, "0123456789abcdefABCDEF") != "" {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i += 2 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strings.ToUpper(s[i : i+2]))
	}
	return b.String()
}

// plain replaces control and formatting characters, with which a card or a
// provider could otherwise write to the reader's terminal as it likes.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsGraphic(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}
