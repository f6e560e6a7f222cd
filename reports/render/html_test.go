package render_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/smartcard-connect/smartcard-connect/reports/render"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

func parsed(t *testing.T, page string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func all(doc *html.Node, name string) []*html.Node {
	var found []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			found = append(found, n)
		}
	}
	return found
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// outline is the page's structure and words, without style and script.
func outline(t *testing.T, page string) string {
	var b strings.Builder
	var walk func(n *html.Node, depth int)
	walk = func(n *html.Node, depth int) {
		in := strings.Repeat(" ", depth)
		switch {
		case n.Type == html.TextNode && strings.TrimSpace(n.Data) != "":
			fmt.Fprintf(&b, "%s%s\n", in, strings.Join(strings.Fields(n.Data), " "))
		case n.Type == html.ElementNode && (n.Data == "style" || n.Data == "script" || n.Data == "meta"):
			return
		case n.Type == html.ElementNode:
			fmt.Fprintf(&b, "%s<%s", in, n.Data)
			for _, a := range n.Attr {
				fmt.Fprintf(&b, " %s=%q", a.Key, a.Val)
			}
			b.WriteString(">\n")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, depth+1)
		}
	}
	walk(parsed(t, page), 0)
	return b.String()
}

// Requirement: WCAG 2.2 1.3.1, 2.4.1, 2.4.6, 3.1.1 and 4.1.2 as far as structure
// can show: a language, one h1, landmarks, captions, scopes, labels, unique IDs.
// Turned red by: a table without caption, an input without label.
func TestStructure(t *testing.T) {
	sound(t, parsed(t, made(t, sample(t), render.HTML)))
}

// sound checks a page's structure.
func sound(t *testing.T, doc *html.Node) {
	t.Helper()
	for name, want := range map[string]int{"h1": 1, "main": 1, "header": 1, "footer": 1, "nav": 1, "title": 1} {
		if got := len(all(doc, name)); got != want {
			t.Errorf("%d of <%s>, want %d", got, name, want)
		}
	}
	if attr(all(doc, "html")[0], "lang") == "" {
		t.Error("no language")
	}
	for _, table := range all(doc, "table") {
		if captions := all(table, "caption"); len(captions) == 0 || words(captions[0]) == "" {
			t.Errorf("a table without caption: %.80s", words(table))
		}
	}
	for _, th := range all(doc, "th") {
		if attr(th, "scope") == "" || words(th) == "" {
			t.Errorf("a header without scope or words: %.80s", words(th))
		}
	}
	labels(t, doc)
	anchors(t, doc)
}

func labels(t *testing.T, doc *html.Node) {
	t.Helper()
	var labelled []string
	for _, l := range all(doc, "label") {
		labelled = append(labelled, attr(l, "for"))
	}
	for _, in := range slices.Concat(all(doc, "input"), all(doc, "select")) {
		if !slices.Contains(labelled, attr(in, "id")) {
			t.Errorf("%s %q has no label", in.Data, attr(in, "id"))
		}
	}
}

// anchors checks that IDs are unique and that what refers to one finds it.
func anchors(t *testing.T, doc *html.Node) {
	t.Helper()
	ids := map[string]int{}
	for n := range doc.Descendants() {
		if id := attr(n, "id"); id != "" {
			ids[id]++
		}
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("id %q is there %d times", id, n)
		}
	}
	for n := range doc.Descendants() {
		to := attr(n, "aria-labelledby")
		if n.Data == "a" {
			to = strings.TrimPrefix(attr(n, "href"), "#")
		}
		if to != "" && ids[to] == 0 {
			t.Errorf("<%s> refers to %q, which is not there", n.Data, to)
		}
	}
}

// Requirement: the page loads nothing, whatever a report holds, and markup in a
// report stays text. Turned red by: a font from a server, text/template.
func TestLoadsNothing(t *testing.T) {
	r := sample(t)
	r.Cells[0].Specs[0].Title = `<img src=https://evil.example/x onerror="alert(1)"><script src=//evil.example></script>`
	r.Cells[0].Specs[0].ID, r.Cells[0].ID = `x" onclick="alert(1).</th><img src=x>`, `"><svg onload=alert(1)>`
	r.Cells[0].Features.Claimed[0], r.Waivers[0].Who, r.Cells[0].Identity.Reader = `<object data=x>`, `<base href=//evil.example>`, `<iframe src=//evil.example>`
	r.Proof.Effects[0].Error, r.Cells[0].Specs[1].Source = `<embed src=x>`, `</script><script>alert(1)</script>`
	r.Cells[0].Reproduce = `</code><link rel=stylesheet href=http://evil.example/x.css>`
	r.Build.Version = `"><iframe src=javascript:alert(1)>`
	page := made(t, r, render.HTML)
	doc := parsed(t, page)
	for n := range doc.Descendants() {
		if slices.Contains([]string{"img", "link", "iframe", "object", "embed", "base", "video", "audio", "source"}, n.Data) && n.Type == html.ElementNode {
			t.Errorf("the page has a <%s>", n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "src" || a.Key == "srcset" || a.Key == "style" || strings.HasPrefix(a.Key, "on") || (a.Key == "href" && n.Data != "a") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
	if n := len(all(doc, "script")); n != 2 {
		t.Errorf("%d scripts, want the data and ours", n)
	}
	for _, own := range slices.Concat(all(doc, "style"), all(doc, "script")) {
		if attr(own, "id") == "data" {
			continue // base64, and not run
		}
		if text := words(own); strings.Contains(text, "//") && strings.Contains(text, "http") || strings.Contains(text, "url(") || strings.Contains(text, "@import") {
			t.Errorf("<%s> loads something", own.Data)
		}
	}
}

// Requirement: package cells are marked wherever they have a section.
// Turned red by: a section without the note.
func TestPackageCellsAreMarked(t *testing.T) {
	r := sample(t)
	want := 1 // the matrix's caption
	for _, c := range r.Cells {
		if c.Kind == result.KindPackage {
			want++
		}
	}
	if got := strings.Count(made(t, r, render.HTML), render.InProcess); got != want {
		t.Errorf("marked %d times, want %d", got, want)
	}
}
