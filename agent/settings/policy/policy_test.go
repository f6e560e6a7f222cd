package policy_test

import (
	"bytes"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
	"github.com/smartcard-connect/smartcard-connect/agent/settings/policy"
)

var update = flag.Bool("update", false, "rewrite the templates from the table")

func templates() map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{"SmartcardConnect.admx": policy.ADMX, "en-GB/SmartcardConnect.adml": policy.ADML}
}

// Requirement: the templates that administrators import are those of this
// table. Turned red by: changing the table alone; go test -update rewrites them.
func TestTemplates(t *testing.T) {
	for path, write := range templates() {
		var want bytes.Buffer
		if err := write(&want); err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s is not what the table says (%v); run: go test ./agent/settings/policy -update", path, err)
		}
	}
}

// node is any element.
type node struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []node     `xml:",any"`
	Text     string     `xml:",chardata"`
}

func (n node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// all are the elements of a name, however deep.
func (n node) all(name string) (found []node) {
	if n.XMLName.Local == name {
		found = append(found, n)
	}
	for _, c := range n.Children {
		found = append(found, c.all(name)...)
	}
	return found
}

func parse(t *testing.T, path string) (root node, text string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(raw, &root); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return root, string(raw)
}

// Requirement: every setting has one policy for the machine at the key of the
// policy tier, below NHS, with its range or choices and one value of its own
// name (Microsoft, ADMX Syntax). Turned red by: a row left out or a second key.
func TestEveryValueHasAPolicy(t *testing.T) {
	admx, _ := parse(t, "SmartcardConnect.admx")
	policies := admx.all("policy")
	if len(policies) != len(settings.Table()) {
		t.Errorf("%d policies for %d settings", len(policies), len(settings.Table()))
	}
	for i, row := range settings.Table() {
		p := policies[i]
		if p.attr("name") != row.Name || p.attr("class") != "Machine" || p.attr("key") != policy.Key || p.all("parentCategory")[0].attr("ref") != "SmartcardConnect" {
			t.Errorf("%s: %+v", row.Name, p.Attrs)
		}
		elements := p.all("elements")[0].Children
		if len(elements) != 1 || elements[0].attr("valueName") != row.Name {
			t.Errorf("%s: %+v", row.Name, elements)
			continue
		}
		e := elements[0]
		want := map[settings.Kind][]string{settings.Text: {"text"}, settings.Number: {"decimal"}, settings.Choice: {"enum"}, settings.List: {"text", "multiText"}}[row.Kind]
		if !slices.Contains(want, e.XMLName.Local) || len(e.all("item")) != len(row.Choices) {
			t.Errorf("%s is a %s", row.Name, e.XMLName.Local)
		}
		if row.Kind == settings.Number && e.attr("storeAsText") != "true" {
			t.Errorf("%s would be a REG_DWORD, which is refused", row.Name)
		}
	}
	categories := admx.all("category")
	if len(categories) != 2 || categories[0].attr("name") != "NHS" || categories[1].all("parentCategory")[0].attr("ref") != "NHS" {
		t.Errorf("categories: %+v", categories)
	}
}

// Requirement: every string and presentation that the ADMX refers to is in the
// ADML once, and none is left over; each control belongs to an element of its
// policy and is of its kind. Turned red by: a policy without words, which
// editors refuse with the whole file.
func TestWords(t *testing.T) {
	admx, text := parse(t, "SmartcardConnect.admx")
	adml, _ := parse(t, "en-GB/SmartcardConnect.adml")
	var wanted, there []string
	for _, m := range regexp.MustCompile(`\$\((string|presentation)\.([A-Za-z0-9_]+)\)`).FindAllStringSubmatch(text, -1) {
		wanted = append(wanted, m[1]+" "+m[2])
	}
	for _, kind := range []string{"string", "presentation"} {
		for _, n := range adml.all(kind) {
			there = append(there, kind+" "+n.attr("id"))
			if kind == "string" && strings.TrimSpace(n.Text) == "" {
				t.Errorf("string %s is empty", n.attr("id"))
			}
		}
	}
	slices.Sort(wanted)
	slices.Sort(there)
	if !slices.Equal(wanted, there) {
		t.Errorf("wanted %v\nthere %v", wanted, there)
	}
	kinds := map[string]string{"text": "textBox", "multiText": "multiTextBox", "decimal": "decimalTextBox", "enum": "dropdownList"}
	for i, p := range adml.all("presentation") {
		e := admx.all("elements")[i].Children[0]
		if len(p.Children) != 1 || p.Children[0].XMLName.Local != kinds[e.XMLName.Local] || p.Children[0].attr("refId") != e.attr("id") {
			t.Errorf("presentation %s does not fit %s", p.attr("id"), e.XMLName.Local)
		}
	}
	if a, b := admx.all("resources")[0].attr("minRequiredRevision"), adml.attr("revision"); a != b {
		t.Errorf("the ADMX wants revision %s, the ADML is %s", a, b)
	}
}
