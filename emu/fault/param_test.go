package fault

import (
	"errors"
	"strings"
	"testing"
)

// Requirement: any ID is a fault or a clear error, never a panic, and parsing
// one fault leaves the catalogue as it was. Turned red by: trusting what stands
// behind the colon.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"card.removed-at:n=7", "card.slow:ms=1,n=2,holder=555000000025", "card.blank:", ":", "card.slow:=", "card.errors-unnamed:sw=6f00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		parsed, err := Parse(id)
		if err != nil && !errors.Is(err, ErrParam) {
			t.Fatalf("%q: %v", id, err)
		}
		if err == nil && parsed.ID != id {
			t.Fatalf("%q became %q", id, parsed.ID)
		}
		for _, x := range All {
			if strings.Contains(x.ID, ":") || x.Holder != "" {
				t.Fatalf("%q changed the catalogue: %s", id, x.ID)
			}
		}
	})
}

// Requirement: each default is a value its own parameter allows, and a fault
// with parameters has hooks that take them. Turned red by: a default out of
// range, which would be read as 0.
func TestDefaults(t *testing.T) {
	for _, f := range All {
		for _, p := range f.Params {
			if _, err := p.parse(p.Default); err != nil || p.Form == "" || p.Title == "" {
				t.Errorf("%s: %s=%s is not %s: %v", f.ID, p.Key, p.Default, p.Form, err)
			}
		}
		if (f.With == nil) != (len(f.Params) == 0) {
			t.Errorf("%s: parameters without hooks, or hooks without parameters", f.ID)
		}
		g, _ := Find(f.ID)
		if g.Make == nil && g.Wrap == nil && g.Wire == nil && g.Late == nil {
			t.Errorf("%s does nothing", f.ID)
		}
	}
}

// Requirement: an interrupted write leaves the first k bytes new and the rest
// old; what stands before the content is whole. Turned red by: counting a
// file's header as content, which would leave a card that does not load.
func TestHalf(t *testing.T) {
	file := func(data string) []byte {
		head := []byte{0, 1, 0, 5, 0, 0, 0, 1, 0xA0, 0, 0, 0, 2, 1, 2, 0, 0, 0, byte(len(data))}
		return append(head, data...)
	}
	for name, x := range map[string]struct{ before, after, want []byte }{
		"object/5FC105":  {[]byte("old old"), []byte("NEW NEW!"), []byte("NEW old\x00")},
		"pin/80":         {[]byte("\x03\x02oldold"), []byte("\x03\x03NEWNEW"), []byte("\x03\x03NEWold")},
		"file/3F00/2F00": {file("oldold"), file("NEWNEW"), file("NEWold")},
		"key/9A":         {[]byte("old"), []byte("NEWKEY"), []byte("NEWKEY")},
	} {
		if got := half(name, x.before, x.after, 3); string(got) != string(x.want) {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
}
