package series10_test

import (
	"fmt"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/card/series10"
)

// The card calls itself series 10 and has the passcode rule of PIV (SP 800-73-4
// part 2 §2.4.3); that it converses as series 9 does is held by the transcripts.
// Turned red by: handing out the series 9 card as it is.
func TestSeries10(t *testing.T) {
	c := series10.Open(nil, new(card.Memory))
	if c.Series() != "10" {
		t.Errorf("it calls itself series %s", c.Series())
	}
	if want := (card.Rule{Min: 6, Max: 8, DigitsOnly: true}); c.Rule() != want {
		t.Errorf("%+v", c.Rule())
	}
	template, err := c.(card.Templater).Template(t.Context())
	if err != nil || fmt.Sprintf("%X", template.Command) != "0020008008FFFFFFFFFFFFFFFF" || template.Rule != c.Rule() {
		t.Errorf("%v, %X, %+v", err, template.Command, template.Rule)
	}
}
