package conformance_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card/transcripts"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/readertest"
	"github.com/smartcard-connect/smartcard-connect/emu"
)

var update = flag.Bool("update", false, "record the transcripts anew")

// recorded is when the cards of the transcripts were issued, so that their
// certificates are the same each time.
var recorded = time.Date(2026, 11, 24, 15, 19, 46, 0, time.UTC)

// Requirement: an emulated card answers a driver's conversation as the
// transcript of its series and protocol says, byte for byte; the driver is held
// to the same file in the agent's tests. Source: style, "the emulator must give
// those answers". Turned red by: any other byte from the card; a series without
// transcripts.
func TestEmulatorGivesTheRecordedAnswers(t *testing.T) {
	for _, f := range whole() {
		t.Run(f.Cell, func(t *testing.T) {
			c, err := emu.New(emu.Options{Profile: "series" + f.Series, Protocol: f.Protocol, Now: func() time.Time { return recorded }})
			if err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			fmt.Fprintf(&said, "# Series %s, %v: recorded from an emulated card of emu/, not from plastic.\n", f.Series, f.Protocol)
			r, err := readertest.Record(c, &said)
			if err != nil {
				t.Fatal(err)
			}
			if err := transcripts.Converse(t.Context(), r, []byte(emu.DefaultPasscode)); err != nil {
				t.Fatal(err)
			}
			sameAsFile(t, filepath.Join("../agent/card/transcripts", transcripts.Path(f.Series, f.Protocol)), said.String())
		})
	}
}

// sameAsFile compares line by line, or writes the file.
func sameAsFile(t *testing.T, path, said string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(said), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; record it: go test ./conformance -run TestEmulator -update", err)
	}
	want, got := strings.Split(string(raw), "\n"), strings.Split(said, "\n")
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			t.Fatalf("%s:%d: the card says\n%s\nrecorded is\n%s", path, i+1, got[i], want[i])
		}
	}
	if len(want) != len(got) {
		t.Errorf("%s has %d lines, the card's conversation %d", path, len(want), len(got))
	}
}
