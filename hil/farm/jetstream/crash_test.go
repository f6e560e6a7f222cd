package jetstream_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/farmtest"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/hub"
)

// victim is what a second process of this test does until it is killed.
var victim = flag.String("victim", "", "naive or ours: keep leases in the folder -dir until killed (used by TestTrapRevivedKey)")
var victimDir = flag.String("dir", "", "with -victim: the folder")

// TestVictim is the process that TestTrapRevivedKey kills. It says one line when
// it is ready to die.
func TestVictim(t *testing.T) {
	if *victim == "" {
		return
	}
	s := must[*hub.Server](t)(hub.Node{Dir: *victimDir}.Start())
	if *victim == "naive" {
		kv := must[js.KeyValue](t)(plain(t, s).CreateKeyValue(t.Context(), js.KeyValueConfig{Bucket: "naive", LimitMarkerTTL: time.Second}))
		var held uint64 // the other key keeps the file that both are in
		for _, key := range []string{"lease", "other"} {
			for range 4 {
				last := must[uint64](t)(kv.Put(t.Context(), key, []byte("held")))
				if key == "lease" {
					held = last
				}
			}
		}
		if err := kv.Purge(t.Context(), "lease", js.PurgeTTL(time.Second)); err != nil {
			t.Fatal(err)
		}
		stream := must[js.Stream](t)(plain(t, s).Stream(t.Context(), "KV_naive"))
		eventually(t, "the marker of the purge expires", func() error {
			if _, err := stream.GetLastMsgForSubject(t.Context(), "$KV.naive.lease"); !errors.Is(err, js.ErrMsgNotFound) {
				return fmt.Errorf("it is still there: %w", err)
			}
			return nil
		})
		fmt.Println("READY", held)
	} else {
		f := lay(t, s, quick())
		g := must[farm.Grant](t)(f.Acquire(t.Context(), alice, time.Minute, reader, card))
		owed(t, "release", f.Release(t.Context(), g, "good"), nil)
		held := must[farm.Grant](t)(f.Acquire(t.Context(), bob, time.Minute, card))
		said := must[[]byte](t)(json.Marshal([]farm.Grant{g, held}))
		fmt.Println("READY", string(said))
	}
	select {} // until killed
}

// killed runs the victim, kills it, and returns what it said.
func killed(t *testing.T, what, dir string) string {
	t.Helper()
	c := exec.Command(must[string](t)(os.Executable()), "-test.run=^TestVictim$", "-victim="+what, "-dir="+dir)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	said := ""
	for lines := bufio.NewScanner(out); said == "" && lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "READY "); ok {
			said = rest
		} else {
			t.Log(lines.Text())
		}
	}
	_ = c.Process.Kill() // SIGKILL
	_ = c.Wait()
	if said == "" {
		t.Fatal("the process ended by itself")
	}
	return said
}

// Source: nats-server issue 8505. A key purged with a time to live is back with
// its old value and revision after a crash, with every write synchronised; the
// old holder's renewal by compare-and-set then succeeds.
func TestTrapRevivedKey(t *testing.T) {
	t.Parallel()
	t.Run("naive", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		var held uint64
		fmt.Sscan(killed(t, "naive", dir), &held)
		s := must[*hub.Server](t)(hub.Node{Dir: dir}.Start())
		t.Cleanup(s.Close)
		kv := must[js.KeyValue](t)(plain(t, s).KeyValue(t.Context(), "naive"))
		e, err := kv.Get(t.Context(), "lease")
		if err != nil {
			t.Fatalf("the purged key is %v: the trap is gone", err)
		}
		if string(e.Value()) != "held" || e.Revision() != held {
			t.Errorf("the purged key is %s at %d", e.Value(), e.Revision())
		}
		if _, err := kv.Update(t.Context(), "lease", []byte("held"), held); err != nil {
			t.Errorf("its holder cannot renew: %v", err)
		}
	})
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		var g []farm.Grant
		if err := json.Unmarshal([]byte(killed(t, "ours", dir)), &g); err != nil {
			t.Fatal(err)
		}
		s := must[*hub.Server](t)(hub.Node{Dir: dir}.Start())
		t.Cleanup(s.Close)
		f := lay(t, s, quick())
		owed(t, "renew what was released", f.Renew(t.Context(), &g[0]), farm.ErrLost)
		owed(t, "renew what was held", f.Renew(t.Context(), &g[1]), nil)
		for _, r := range must[[]farm.Record](t)(f.Devices(t.Context())) {
			want := farm.Record{Device: card, State: farm.Held, Token: g[1].Token}
			if r.Device == reader {
				want = farm.Record{Device: reader, State: farm.Free, Token: g[0].Token}
			}
			if r.State != want.State || r.Token != want.Token {
				t.Errorf("%s is %s under %+v, want %s under %+v", r.Device, r.State, r.Token, want.State, want.Token)
			}
		}
		next := must[farm.Grant](t)(f.Acquire(t.Context(), alice, farmtest.Long, reader))
		if !g[1].Token.Before(next.Token) {
			t.Errorf("%+v after %+v", next.Token, g[1].Token)
		}
	})
}
