package result_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// schema is the published one, compiled by a library that is not ours.
func schema(t *testing.T, part string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(result.JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("urn:smartcard-connect:report:1", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("urn:smartcard-connect:report:1" + part)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(t *testing.T, s *jsonschema.Schema, written []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

// whole is a report with something in every field.
func whole() result.Report {
	r := sample()
	at := r.Start
	r.Cells[0].Specs[1].Verdict = result.Fail
	r.Cells[0].Specs[1].Attempts = []result.Attempt{{Verdict: result.Fail, Reason: "no"}, {Verdict: result.Pass}}
	r.Cells[0].Tried = []result.Attempt{{Verdict: result.Miss, Reason: "gone"}, {Verdict: result.Pass}}
	r.Cells[0].Identity = &result.Identity{Host: "bench", Reader: "r", ReaderID: "1-1", Card: "c", Profile: "p", ATR: "3B00", Exchanged: "TPDU"}
	r.Cells[0] = r.Cells[0].Claiming([]string{"card"})
	r.Cells = append(r.Cells, result.Cell{ID: "b", Verdict: result.Miss, Features: &result.Features{}})
	r.Flakes = append(r.Unsteady(), result.Flake{Cell: "b", Of: result.OfBench})
	r.Waivers = []result.Waiver{{Spec: "card.three", Cells: "a", Reason: "known", Who: "me", Until: at.Add(time.Hour)}}
	r.Proof = &result.Proof{Suite: "0.9", Healthy: []result.Health{{Cell: "a", Judged: 1, Red: []result.Sick{{Spec: "card.one", Said: "6D00"}}, Error: "no"}, {}}, Rows: []result.Proven{{Spec: "card.one", Fault: "card.garbage", Because: "6D00", Said: "got 6D00", Red: true, Without: "no", Skipped: "no"}}, Effects: []result.Effect{{Fault: "card.garbage", Cell: "a", Error: "no"}}}
	r.Verdict = &result.Decision{Verdict: result.Miss, Exit: 2, Reasons: []string{"why"}}
	return r
}

// Requirement: what is written is valid by the published schema, as a validator
// that is not ours reads it, and stays valid when lists are empty. Source: issue
// 6 point 5; JSON Schema 2020-12. Turned red by: a nil list written as null; a
// field without a place in the schema.
func TestWrittenIsValid(t *testing.T) {
	for name, r := range map[string]result.Report{"whole": whole(), "empty": {}, "empty proof": {Proof: &result.Proof{}}} {
		var b bytes.Buffer
		if err := result.Write(&b, r); err != nil {
			t.Fatal(err)
		}
		if err := valid(t, schema(t, ""), b.Bytes()); err != nil {
			t.Errorf("%s: %v\n%s", name, err, b.String())
		}
		for _, c := range r.Cells {
			b.Reset()
			if err := result.WriteCell(&b, c); err != nil {
				t.Fatal(err)
			}
			if err := valid(t, schema(t, "#/$defs/Cell"), b.Bytes()); err != nil {
				t.Errorf("%s, cell %s: %v", name, c.ID, err)
			}
		}
	}
}

// Requirement: the check above can fail. Turned red by: a schema that takes
// anything.
func TestSchemaRefuses(t *testing.T) {
	var b bytes.Buffer
	if err := result.Write(&b, whole()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new string }{
		{"sixth verdict", `"verdict": "FAIL"`, `"verdict": "WARN"`},
		{"another schema number", `"schema": 1`, `"schema": 2`},
		{"null list", `"proves": []`, `"proves": null`},
		{"unknown field", `"seed": 7`, `"seed": 7, "sead": 7`},
		{"a flake of nothing known", `"of": "product"`, `"of": "weather"`},
		{"a waiver without end", `"until"`, `"till"`},
		{"a time that is none", `"until": "2026-11-24T10:00:00Z"`, `"until": "soon"`},
	} {
		bent := strings.Replace(b.String(), c.old, c.new, 1)
		if bent == b.String() {
			t.Errorf("%s: nothing to bend", c.name)
		}
		if valid(t, schema(t, ""), []byte(bent)) == nil {
			t.Errorf("%s is taken", c.name)
		}
	}
}
