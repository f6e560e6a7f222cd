package jetstream_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"testing"
	"time"

	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/farmtest"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/jetstream"
)

// Requirement: a host is alive while its beat lasts, by the beat's time and not
// because a key is there. Turned red by: Alive without a look at the time.
func TestAlive(t *testing.T) {
	t.Parallel()
	f := lay(t, node(t), quick())
	for host, life := range map[string]time.Duration{"short": time.Nanosecond, "long": time.Hour} {
		owed(t, "beat", f.Beat(t.Context(), host, "boot", life), nil)
	}
	owed(t, "beat", f.Beat(t.Context(), "long", "boot 2", time.Hour), nil)
	alive := must[[]jetstream.Beat](t)(f.Alive(t.Context()))
	if len(alive) != 1 || alive[0].Host != "long" || alive[0].Boot != "boot 2" || alive[0].At.IsZero() {
		t.Errorf("alive are %+v", alive)
	}
}

// Requirement: what is noted, told and stored can be found again. Turned red by:
// a subject that its question does not match.
func TestNotesEventsArtifacts(t *testing.T) {
	t.Parallel()
	f := lay(t, node(t), quick())
	owed(t, "note", f.Note(t.Context(), "host", "bench.1", "old"), nil)
	owed(t, "note", f.Note(t.Context(), "host", "bench.1", "new"), nil)
	if notes := must[[]json.RawMessage](t)(f.Notes(t.Context(), "host")); len(notes) != 1 || string(notes[0]) != `"new"` {
		t.Errorf("noted %s", notes)
	}
	at := time.Unix(1, 0).UTC()
	for _, e := range []jetstream.Event{{Time: at, Host: reader.Host, Device: reader, Kind: "insert"}, {Time: at, Host: reader.Host, Kind: "daemon", Text: "started"}} {
		owed(t, "tell", f.Tell(t.Context(), e), nil)
	}
	if e := must[[]jetstream.Event](t)(f.Events(t.Context(), reader)); len(e) != 1 || e[0].Kind != "insert" || !e[0].Time.Equal(at) {
		t.Errorf("of the reader: %+v", e)
	}
	if e := must[[]jetstream.Event](t)(f.Events(t.Context(), farm.Device{Host: reader.Host})); len(e) != 2 || e[1].Text != "started" {
		t.Errorf("of the host: %+v", e)
	}
	if e := must[[]jetstream.Event](t)(f.Events(t.Context(), farm.Device{Host: "other"})); len(e) != 0 {
		t.Errorf("of another host: %+v", e)
	}
	file := bytes.Repeat([]byte("00A4"), 100_000)
	digest := must[string](t)(f.Store(t.Context(), "r/a/1/card.apdu", bytes.NewReader(file)))
	got := must[io.ReadCloser](t)(f.Open(t.Context(), "r/a/1/card.apdu"))
	if read, err := io.ReadAll(got); err != nil || !bytes.Equal(read, file) || digest == "" {
		t.Errorf("%d bytes, %v, %q", len(read), err, digest)
	}
	owed(t, "close", got.Close(), nil)
}

// Requirement: results cannot be deleted, and no bucket lets replicas answer.
// Source: facts, layout of a farm; direct reads are what the library's own
// buckets do. Turned red by: either setting.
func TestLayout(t *testing.T) {
	t.Parallel()
	s := node(t)
	f := lay(t, s, quick())
	j := plain(t, s)
	owed(t, "append", f.Ledger().Append(t.Context(), jetstream.Entry{Work: job}), nil)
	results := must[js.Stream](t)(j.Stream(t.Context(), "HIL_RESULTS"))
	if results.DeleteMsg(t.Context(), 1) == nil || results.Purge(t.Context()) == nil {
		t.Error("a result was deleted")
	}
	for _, name := range []string{"KV_leases", "KV_cells", "KV_inventory"} {
		c := must[js.Stream](t)(j.Stream(t.Context(), name)).CachedInfo().Config
		if c.AllowDirect || c.Storage != js.FileStorage {
			t.Errorf("%s: direct %v, storage %v", name, c.AllowDirect, c.Storage)
		}
	}
	naive := must[js.KeyValue](t)(j.CreateKeyValue(t.Context(), js.KeyValueConfig{Bucket: "naive"}))
	if c := must[js.KeyValueStatus](t)(naive.Status(t.Context())).(*js.KeyValueBucketStatus).StreamInfo().Config; !c.AllowDirect {
		t.Error("the library's own bucket has no direct reads: the trap is gone")
	}
	once := must[js.Stream](t)(j.Stream(t.Context(), "KV_leases")).CachedInfo().Config.Metadata["incarnation"]
	owed(t, "lay again", f.Lay(t.Context()), nil)
	again := must[js.Stream](t)(j.Stream(t.Context(), "KV_leases")).CachedInfo().Config.Metadata["incarnation"]
	if once != again || !regexp.MustCompile(`^[0-7][0-9A-HJKMNP-TV-Z]{25}$`).MatchString(once) {
		t.Errorf("incarnation %q, then %q: want one ULID", once, again)
	}
}

// Requirement: a result that is too large is an error of its own, not a hub that
// is away. Turned red by: calling everything unavailable.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	f := lay(t, node(t), quick())
	owed(t, "publish", f.Publish(t.Context(), job), nil)
	g := must[farm.Grant](t)(f.Acquire(t.Context(), alice, farmtest.Long, reader))
	owed(t, "begin", f.Begin(t.Context(), job, g.Token), nil)
	huge := must[[]byte](t)(json.Marshal(string(bytes.Repeat([]byte("x"), 9<<20))))
	err := f.Commit(t.Context(), job, g.Token, farm.Outcome{Verdict: "PASS", Result: huge})
	if err == nil || errors.Is(err, farm.ErrUnavailable) {
		t.Errorf("committed 9 MB: %v", err)
	}
}
