package settings_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// desk is a source with a pen: how an administrator changes it.
type desk struct {
	source settings.Source
	types  []string // that it can hold
	put    func(name, kind string, value ...string)
	remove func(name string)
}

// contract is what Store relies on, held against every source.
//
// Requirement: a source gives exactly the values that are there, with name, type
// and place, whatever they mean; one that is not there is empty; after every
// change, the first and the last one included, Watch tells, and what is read
// then has the change (Source). Turned red by: a source that keeps, loses or
// turns a value, or that watches only what exists.
func contract(t *testing.T, d desk) {
	t.Helper()
	read := func() (out []string) {
		values, complaints := d.source.Read()
		if len(complaints) > 0 {
			t.Errorf("complaints: %v", complaints)
		}
		for _, v := range values {
			if v.Place == "" {
				t.Errorf("%s has no place", v.Name)
			}
			out = append(out, fmt.Sprintf("%s %s %q", v.Name, v.Type, v.Value))
		}
		slices.Sort(out)
		return out
	}
	told := make(chan struct{}, 100)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.source.Watch(ctx, func() { told <- struct{}{} }) }()
	expect := func(want ...string) {
		t.Helper()
		for !slices.Equal(read(), want) {
			select {
			case <-told:
			case <-time.After(30 * time.Second): // ends a hang, judges nothing
				t.Fatalf("not told of a change: have %q, want %q", read(), want)
			}
		}
	}
	<-told // it watches
	expect()
	d.put("Port", "REG_SZ", "1")
	expect(`Port REG_SZ ["1"]`)
	d.put("port", "REG_SZ", "not a number; å")
	if got := read(); len(got) != 1 || !strings.EqualFold(got[0], `Port REG_SZ ["not a number; å"]`) {
		expect(`port REG_SZ ["not a number; å"]`)
	}
	d.remove("port")
	expect()
	for _, kind := range d.types {
		value := []string{"7"}
		if kind == "REG_MULTI_SZ" {
			value = []string{"a;b", "c"}
		}
		d.put("Nobody", kind, value...)
		expect(fmt.Sprintf("Nobody %s %q", kind, value))
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Watch: %v", err)
	}
}

func TestMemory(t *testing.T) {
	m := &settings.Memory{}
	contract(t, desk{m, []string{"REG_SZ", "REG_MULTI_SZ", "REG_DWORD"}, m.Put, m.Remove})
}

// folder is a tier of files whose folder does not exist yet.
func folder(t *testing.T, path string) desk {
	lines := map[string]string{}
	path = filepath.Join(t.TempDir(), "deep", path)
	file := path
	if strings.HasSuffix(path, ".d") {
		file = filepath.Join(path, "10-site.conf")
	}
	write := func() {
		text := "# written by a test\n\n"
		for name, value := range lines {
			text += name + " = " + value + "\n"
		}
		if len(lines) == 0 {
			_ = os.RemoveAll(filepath.Dir(filepath.Dir(file)))
			return
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file+".new", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(name string) {
		for n := range lines {
			if strings.EqualFold(n, name) {
				delete(lines, n)
			}
		}
	}
	return desk{settings.Files{Paths: []string{path}}, []string{"REG_SZ"},
		func(name, _ string, value ...string) { remove(name); lines[name] = value[0]; write() },
		func(name string) { remove(name); write() }}
}

func TestFiles(t *testing.T)       { contract(t, folder(t, "site/settings")) }
func TestFilesFolder(t *testing.T) { contract(t, folder(t, "site/policy.d")) }
