package stranger_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// controls are the roles of what a person operates. A screen reader says name
// and role of each, and of these landmarks the name where there is more than one.
var (
	controls  = []string{"button", "link", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio", "switch", "spinbutton", "slider", "tab", "menuitem", "DisclosureTriangle"}
	landmarks = []string{"region", "navigation", "complementary"}
)

// unspoken is what the browser's accessibility tree, which is all that a screen
// reader gets, leaves unsaid: a control or a landmark without a name, something
// that takes the focus and is nothing, a page without one main part. Readers
// themselves are not tried.
func (s onScreen) unspoken() []string {
	s.t.Helper()
	tree, err := chromedp.Call(s.tab, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		s.t.Fatal(err)
	}
	var flaws []string
	seen, mains := 0, 0
	for _, n := range tree.Nodes {
		role, name := word(n.Role), strings.TrimSpace(word(n.Name))
		switch {
		case n.Ignored:
		case role == "main":
			mains++
		case slices.Contains(controls, role) && name == "":
			flaws = append(flaws, "a "+role+" has no name")
		case slices.Contains(landmarks, role) && name == "":
			flaws = append(flaws, "a landmark "+role+" has no name")
		case slices.Contains(controls, role):
			seen++
		case (role == "generic" || role == "none" || role == "") && focusable(n):
			flaws = append(flaws, "something without a role takes the focus")
		}
	}
	if mains != 1 {
		flaws = append(flaws, fmt.Sprintf("%d main parts", mains))
	}
	if want := s.text(`String(` + stops + `.length)`); seen == 0 && want != "0" {
		flaws = append(flaws, "no control is in the accessibility tree, and Tab reaches "+want)
	}
	return flaws
}

func word(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var text string
	if json.Unmarshal(v.Value, &text) != nil {
		return ""
	}
	return text
}

func focusable(n *accessibility.Node) bool {
	return slices.ContainsFunc(n.Properties, func(p *accessibility.Property) bool {
		return p.Name == "focusable" && string(p.Value.Value) == "true"
	})
}

// stops are where Tab has to stop, in the order of the page: everything that can
// be operated, one of each group of radio buttons.
const stops = `[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")].filter((e, i, all) =>
	!e.disabled && e.tabIndex >= 0 && e.checkVisibility() &&
	(e.type !== "radio" || e.checked || !all.some(o => o.type === "radio" && o.name === e.name && o.checkVisibility() && (o.checked || all.indexOf(o) < i))))`

// walk goes through the page by Tab, and wants every stop in the order of the
// page, seen where it is, and none besides.
func (s onScreen) walk() []string {
	s.t.Helper()
	s.text(`(() => { document.activeElement.blur(); getSelection().removeAllRanges(); const e = document.createElement("span"); e.tabIndex = -1;
		document.body.prepend(e); e.focus(); e.remove(); window.walked = []; return ""; })()`)
	const here = `(() => { const e = document.activeElement; if (!e || e === document.body || walked.includes(e)) return "end"; walked.push(e);
		const shown = e.matches(".role input") ? e.nextElementSibling : e; const c = getComputedStyle(shown), r = e.getBoundingClientRect();
		const seen = c.outlineStyle !== "none" && parseFloat(c.outlineWidth) >= 2 && r.width > 0 && r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth;
		return seen ? "" : (e.id || e.textContent.trim().slice(0, 40) || e.tagName); })()`
	var flaws []string
	for range 1000 {
		s.do(chromedp.KeyEvent(kb.Tab))
		switch at := s.text(here); at {
		case "":
			continue
		case "end":
			wrong := s.text(`(() => { const want = ` + stops + `, name = e => e ? e.id || e.textContent.trim().slice(0, 40) || e.tagName : "the end";
				const i = want.findIndex((e, i) => e !== walked[i]); return i >= 0 ? "stop " + i + " is " + name(walked[i]) + ", not " + name(want[i]) :
				walked.length > want.length ? "a stop too many: " + name(walked[want.length]) : ""; })()`)
			s.text(`document.activeElement.blur(); for (const e of document.querySelectorAll("*")) e.scrollTop = 0; scrollTo(0, 0); ""`)
			if wrong != "" {
				flaws = append(flaws, "by Tab, "+wrong)
			}
			return flaws
		default:
			flaws = append(flaws, "the focus cannot be seen on "+at)
		}
	}
	return append(flaws, "Tab never comes to an end")
}
