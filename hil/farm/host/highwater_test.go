package host

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

var (
	reader = farm.Device{Host: "h1", Kind: farm.Reader, ID: "1-1.3"}
	power  = farm.Device{Host: "h1", Kind: farm.Power, ID: "3"}
)

func fence(n uint64) farm.Token { return farm.Token{Incarnation: "A", Fence: n} }

// Requirement: a device obeys only its newest holder, of the store's present
// incarnation. Source: issue 7, "fencing token enforced by the host daemon with
// an fsynced high-water mark". Turned red by: a Check that lets an older, an
// ended or a strange token pass.
func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name  string
		token farm.Token
		want  error
	}{
		{"the holder", fence(7), nil},
		{"a newer holder", fence(8), nil},
		{"an older holder", fence(6), farm.ErrStale},
		{"one of another store", farm.Token{Incarnation: "B", Fence: 9}, farm.ErrStale},
		{"one of no store", farm.Token{Fence: 9}, farm.ErrStale},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := open(t, filepath.Join(t.TempDir(), "highwater.json"))
			wants(t, h.Admit(fence(7), reader, power), nil)
			wants(t, h.Check(c.token, reader), c.want)
		})
	}
}

// Requirement: what was seen before a crash counts after it, and its holder has
// gone with the daemon. Source: issue 7, "fsynced high-water mark"; package host.
// Turned red by: keeping marks in memory only.
func TestRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "highwater.json")
	h := open(t, path)
	wants(t, h.Admit(fence(7), reader), nil)
	wants(t, h.Check(fence(9), power), nil)

	h = open(t, path)
	wants(t, h.Check(fence(7), reader), farm.ErrStale)
	wants(t, h.Check(fence(8), reader), nil)
	wants(t, h.Check(fence(8), power), farm.ErrStale)
	wants(t, h.End(fence(8), reader), nil)
	wants(t, h.Check(fence(8), reader), farm.ErrStale)
	wants(t, h.Check(fence(9), reader), nil)
}

// Requirement: a store that hands out an old fence or an ended incarnation has
// gone back in time, and is not believed. Source: facts of the farm, "on fence <
// highwater seen in KV (rollback) it quarantines". Turned red by: taking any
// grant at its word.
func TestRollback(t *testing.T) {
	h := open(t, filepath.Join(t.TempDir(), "highwater.json"))
	wants(t, h.Admit(fence(7), reader), nil)
	wants(t, h.Admit(fence(7), reader), ErrRollback)
	wants(t, h.Admit(fence(3), reader, power), ErrRollback)
	if !h.Behind(farm.Record{Device: reader, Token: fence(3)}) || h.Behind(farm.Record{Device: reader, Token: fence(7)}) {
		t.Error("a record with fence 3 is behind a device that has obeyed 7, one with 7 is not")
	}
	wants(t, h.Admit(farm.Token{Incarnation: "B", Fence: 1}, reader), nil) // made anew
	wants(t, h.Check(fence(8), reader), farm.ErrStale)
	wants(t, h.Admit(fence(8), reader), ErrRollback)
}

// Requirement: where the mark cannot be kept, nothing moves, and the mark stays
// what it was. Source: issue 7, "fill the disk". Turned red by: believing a token
// before it is on disk.
func TestNotWritable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	h := open(t, filepath.Join(dir, "highwater.json"))
	wants(t, h.Admit(fence(7), reader), nil)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	wants(t, h.Check(fence(8), reader), os.ErrNotExist)
	wants(t, h.Check(fence(7), reader), nil) // is on disk, or was
}

// Requirement: without what it has seen a host trusts nobody. Turned red by:
// beginning anew where the file is damaged.
func TestDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "highwater.json")
	for _, content := range []string{"", "{", `{"incarnation":"A"}`} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := OpenHighWater(path)
		wants(t, err, farm.ErrStale)
	}
}

func open(t *testing.T, path string) *HighWater {
	t.Helper()
	h, err := OpenHighWater(path)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func wants(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) || want == nil && err != nil {
		t.Fatalf("got %v, want %v", err, want)
	}
}
