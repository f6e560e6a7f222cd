package transcripts_test

import (
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/agent/card/transcripts"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/readertest"
)

// The drivers say exactly what was recorded, for each series and protocol
// (issue 2, point 2).
// Turned red by: one command more, fewer or other in a driver.
func TestDriversSayWhatWasRecorded(t *testing.T) {
	all, err := transcripts.All()
	if err != nil {
		t.Fatal(err)
	}
	if want := 2 * len(series.All()); len(all) != want {
		t.Fatalf("%d conversations instead of %d: every series over two protocols", len(all), want)
	}
	for _, one := range all {
		t.Run(one.Path, func(t *testing.T) {
			p, err := readertest.Play(strings.NewReader(one.Text))
			if err != nil {
				t.Fatal(err)
			}
			if p.Protocol() != one.Protocol || one.Path != transcripts.Path(one.Series, one.Protocol) {
				t.Errorf("%s speaks %v", one.Path, p.Protocol())
			}
			if err := transcripts.Converse(t.Context(), p, []byte("123456")); err != nil {
				t.Error(err)
			}
			if p.Rest() != 0 {
				t.Errorf("%d exchanges were not played", p.Rest())
			}
		})
	}
}

// A cold sign-in with series 9 on T=1 costs 5 commands and one per 256 bytes of
// the certificate object, and one more for the tries (issue 2, must show).
// Turned red by: a SELECT before reading, or another GET RESPONSE.
func TestSeries9IsAtTheMinimum(t *testing.T) {
	all, err := transcripts.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		if one.Series != "9" || one.Protocol != iso7816.T1 {
			continue
		}
		commands, object, reading := 0, 0, false
		for line := range strings.Lines(one.Text) {
			word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			if word == ">" {
				if strings.HasPrefix(rest, "00CB3FFF") && object > 0 {
					break // the second certificate: the first sign-in is over
				}
				commands++
				reading = strings.HasPrefix(rest, "00CB3FFF") || (reading && strings.HasPrefix(rest, "00C0"))
			}
			if word == "<" && reading {
				object += len(rest)/2 - 2
			}
		}
		if want := 1 + 5 + (object+255)/256; commands != want || object < 1000 {
			t.Errorf("%d commands for an object of %d bytes, want %d", commands, object, want)
		}
	}
}
