package stranger_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/readertest"
	"github.com/smartcard-connect/smartcard-connect/hil/bench"
)

// inside is set when this test binary runs itself beside a card.
var inside = flag.Bool("inside", false, "run by hil exec, beside a virtual card")

// Requirement: the readers in memory that unit tests use and the machine's real
// PC/SC service keep one contract, or tests on the former prove nothing.
// Turned red by: any promise of package reader that pcscd does not keep.
func TestReaderContract(t *testing.T) {
	if *inside {
		readertest.Contract(t, pcsc.New(), cardemu{})
		return
	}
	need(t, "pcscd", "unshare")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []face{called(t, "series8-T0"), called(t, "series9-T1")} {
		out, err := c.exec(t, 4*time.Minute, nil, self, "-test.run", "^TestReaderContract$", "-test.v", "-inside")
		if err != nil || !contains(out, "--- PASS: TestReaderContract") {
			t.Errorf("%s: %v\n%s", c.name(), err, out)
		}
	}
}

// cardemu moves the card of hil exec by its side door.
type cardemu struct{}

// Reader is the name pcscd gives the first virtual reader.
func (cardemu) Reader() string { return "Virtual PCD 00 00" }

// Insert plugs the card in.
func (cardemu) Insert() error { return post("insert") }

// Remove pulls it out.
func (cardemu) Remove() error { return post("remove") }

func post(verb string) error {
	resp, err := http.Post(fmt.Sprintf("http://127.0.0.1:%d/%s", bench.CardPort, verb), "application/json", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("cardemu answers %s", resp.Status)
	}
	return nil
}
