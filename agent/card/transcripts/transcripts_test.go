package transcripts_test

import (
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/card/transcripts"
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
	if len(all) != 4 {
		t.Fatalf("%d conversations instead of two series over two protocols", len(all))
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
