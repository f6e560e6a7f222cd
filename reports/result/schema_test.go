package result_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

type object struct {
	Required   []string                   `json:"required"`
	Properties map[string]json.RawMessage `json:"properties"`
	Additional *bool                      `json:"additionalProperties"`
	Enum       []result.Verdict           `json:"enum"`
}

func defs(t *testing.T) map[string]object {
	t.Helper()
	var s struct {
		Defs map[string]object `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(result.JSONSchema()), &s); err != nil {
		t.Fatal(err)
	}
	return s.Defs
}

// Requirement: the published schema has exactly the fields the Go types have,
// and requires exactly those that are always written.
// Turned red by: adding, removing or renaming a field in one of the two.
func TestSchemaIsTheTypes(t *testing.T) {
	all := defs(t)
	for _, v := range []any{
		result.Report{}, result.Build{}, result.Plan{}, result.PlannedCell{}, result.Cell{},
		result.Spec{}, result.Exchange{}, result.Decision{}, result.Counts{},
		result.Attempt{}, result.Identity{}, result.Features{}, result.Flake{}, result.Waiver{},
		result.Proof{}, result.Health{}, result.Sick{}, result.Proven{}, result.Effect{},
	} {
		typ := reflect.TypeOf(v)
		names, always := fields(typ)
		def := all[typ.Name()]
		if got := slices.Sorted(maps.Keys(def.Properties)); !slices.Equal(got, names) {
			t.Errorf("%s: schema has %v, type has %v", typ.Name(), got, names)
		}
		if got := slices.Sorted(slices.Values(def.Required)); !slices.Equal(got, always) {
			t.Errorf("%s: schema requires %v, type always writes %v", typ.Name(), got, always)
		}
		if def.Additional == nil || *def.Additional {
			t.Errorf("%s: schema allows other fields", typ.Name())
		}
		delete(all, typ.Name())
	}
	delete(all, "Verdict")
	if len(all) > 0 {
		t.Errorf("schema has types of its own: %v", slices.Collect(maps.Keys(all)))
	}
}

// Requirement: the schema's verdicts are ours. Turned red by: a sixth verdict.
func TestSchemaVerdicts(t *testing.T) {
	want := []result.Verdict{result.Pass, result.Fail, result.Error, result.Miss, result.Skip}
	if got := defs(t)["Verdict"].Enum; !slices.Equal(got, want) {
		t.Errorf("schema has %v, want %v", got, want)
	}
}

func fields(typ reflect.Type) (names, always []string) {
	for i := range typ.NumField() {
		name, options, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
		if options == "" {
			always = append(always, name)
		}
	}
	slices.Sort(names)
	slices.Sort(always)
	return names, always
}
