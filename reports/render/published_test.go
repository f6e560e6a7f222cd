package render_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/smartcard-connect/smartcard-connect/reports/gate"
	"github.com/smartcard-connect/smartcard-connect/reports/render"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

const published = "../published"

// publishedSchema is the schema of a report, compiled by a library that is not
// ours.
func publishedSchema(t *testing.T) *jsonschema.Schema {
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
	s, err := c.Compile("urn:smartcard-connect:report:1")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Requirement: every published run is valid by the schema, is what its sums say
// and nothing else is beside it, comes to the verdict it states, and its page can
// be made. Source: issue 6 points 5 and 8. Turned red by: a byte that is changed.
func TestPublished(t *testing.T) {
	reports, err := filepath.Glob(published + "/*/report.json")
	if err != nil || len(reports) == 0 {
		t.Fatalf("nothing is published: %v", err)
	}
	for _, file := range reports {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			if err := summed(filepath.Dir(file)); err != nil {
				t.Error(err)
			}
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			if err := publishedSchema(t).Validate(v); err != nil {
				t.Error(err)
			}
			shown(t, filepath.Dir(file), raw)
		})
	}
}

func shown(t *testing.T, dir string, raw []byte) {
	t.Helper()
	r, err := result.Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	d := gate.Decide(r)
	if r.Verdict == nil || r.Verdict.Verdict != d.Verdict || r.Verdict.Counts != d.Counts {
		t.Errorf("it states %+v, and the gate says %+v", r.Verdict, d)
	}
	page := made(t, r, render.HTML)
	doc := parsed(t, page)
	sound(t, doc)
	specs := packed(t, page)["specs"].(map[string]any)
	for _, c := range r.Cells {
		for _, s := range c.Specs {
			if specs[s.ID] == nil {
				t.Errorf("the page has no %s", s.ID)
			}
		}
	}
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil || !strings.Contains(string(readme), r.Build.Version) {
		t.Errorf("the README does not name %s: %v", r.Build.Version, err)
	}
}

// summed says what differs between a folder and its SHA256SUMS.
func summed(dir string) error {
	b, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		return err
	}
	known := []string{"SHA256SUMS", "README.md"}
	for line := range strings.Lines(string(b)) {
		sum, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok || !filepath.IsLocal(name) {
			return fmt.Errorf("%q is no sum", line)
		}
		file, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(file)); got != sum {
			return fmt.Errorf("%s is %s, and its sum is said to be %s", name, got, sum)
		}
		known = append(known, name)
	}
	return fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !slices.Contains(known, name) {
			return fmt.Errorf("%s is not among the sums", name)
		}
		return err
	})
}

// Requirement: the check of sums can fail. Turned red by: not looking.
func TestSummedNotices(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("report.json", "{}")
	write("SHA256SUMS", fmt.Sprintf("%x  report.json\n", sha256.Sum256([]byte("{}"))))
	if err := summed(dir); err != nil {
		t.Error(err)
	}
	write("report.json", "{ }")
	if err := summed(dir); err == nil {
		t.Error("a changed byte is not noticed")
	}
	write("report.json", "{}")
	write("more.json", "{}")
	if err := summed(dir); err == nil {
		t.Error("a file too many is not noticed")
	}
	write("SHA256SUMS", "0  ../report.json\n")
	if err := summed(dir); err == nil {
		t.Error("a file elsewhere is taken")
	}
}
