package manual_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/device/manual"
)

// Source: shared design §3, "manual asks a person". Turned red by: going on
// without an answer, or taking a no, or silence, for a yes.
func TestAPersonIsAsked(t *testing.T) {
	for said, refused := range map[string]bool{"\n": false, "done\n": false, "no\n": true, "N\n": true, "": true} {
		var out strings.Builder
		d := manual.New("series 9", "desk", strings.NewReader(said), &out)
		if err := d.Insert(t.Context()); errors.Is(err, manual.ErrRefused) != refused {
			t.Errorf("answer %q: error %v", said, err)
		}
		if want := "Put card series 9 into reader desk."; !strings.HasPrefix(out.String(), want) {
			t.Errorf("asked %q, want %q", out.String(), want)
		}
	}
}

// Turned red by: waiting for a person for ever.
func TestAQuestionEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in, out := io.Pipe()
	defer func() { _ = out.Close() }()
	if err := manual.New("c", "r", in, io.Discard).Remove(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
