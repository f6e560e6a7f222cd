package stranger_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
)

// everyWay lets a persona sign in without a card, so that its pages can be seen.
func everyWay(t *testing.T, s *mockcis2.Server, uuid string) {
	t.Helper()
	all := s.Persons()
	i := slices.IndexFunc(all, func(p people.Person) bool { return p.UUID == uuid })
	all[i].Authenticators = []string{"FIDO2"}
	if err := s.SetPerson(all[i]); err != nil {
		t.Fatal(err)
	}
}

func pagesOf(t *testing.T, handover ...string) *mockcis2.Server {
	t.Helper()
	s := &mockcis2.Server{Handover: handover, AgentPorts: []int{1}}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func authorize(s *mockcis2.Server, more ...string) string {
	q := url.Values{"client_id": {"999999999901.apps.national"}, "redirect_uri": {"http://127.0.0.1:9/callback"}, "response_type": {"code"},
		"scope": {"openid profile selectedrole"}, "state": {"state-1234567890"}, "nonce": {"nonce-1234567890"}, "prompt": {"login"}}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return s.Issuer() + "/authorize?" + q.Encode()
}

// failed has the agent say that the sign-in on the page failed, and reloads it.
func (s onScreen) failed(p *mockcis2.Server, code int) {
	s.t.Helper()
	id := s.text(`JSON.parse(document.getElementById("transaction").textContent).id`)
	request, err := http.Get(p.Issuer() + "/smartcard/v1/requests/" + id)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Body.Close()
	said, err := http.Post(p.Issuer()+"/smartcard/v1/requests/"+id+"/failure", "application/json", strings.NewReader(fmt.Sprintf(`{"version":1,"status_code":%d,"status_string":"FAILED"}`, code)))
	if err != nil {
		s.t.Fatal(err)
	}
	said.Body.Close()
	if said.StatusCode >= 300 {
		s.t.Fatalf("the failure is answered %d", said.StatusCode)
	}
	s.do(chromedp.Reload(), chromedp.WaitReady(chromedp.CSS("#signin-code")))
}

// as signs a persona in, up to the page "Signed in as".
func (s onScreen) as(p *mockcis2.Server, uuid string, more ...string) {
	s.t.Helper()
	s.do(chromedp.Navigate(authorize(p, append([]string{"acr_values", "AAL3_FIDO2", "login_hint", uuid}, more...)...)),
		chromedp.Click(chromedp.CSS("#sign-in")), chromedp.WaitReady(chromedp.CSS("#continue-form")))
}

// Requirement: axe-core, which we did not write, finds no violation of WCAG 2.2
// AA on any page a person can meet, none needs sideways scrolling at 320 pixels,
// every control is reached by Tab in order and has a name and a role in the
// browser's accessibility tree, also in forced colours. Source: issue "Must
// show", WCAG 2.2 1.4.10, 2.1.1, 2.4.3, 2.4.7 and 4.1.2. Turned red by: an input
// without label, grey on grey, a heading left out; see TestAxeNotices.
func TestPagesAreAccessible(t *testing.T) {
	p, s := pagesOf(t), screen(t)
	quiet := pagesOf(t, "uri")
	s.do(chromedp.Navigate(authorize(quiet)))
	s.judge("login-smartcard-waiting")
	s.do(chromedp.Navigate(authorize(p)), chromedp.WaitReady(chromedp.CSS("#signin-status[data-code]")))
	s.judge("login-smartcard-not-reached")
	s.failed(p, 0x41555411)
	s.judge("login-smartcard-failed")
	s.do(chromedp.Navigate(p.Issuer() + "/smartcard/return#status=1096111113"))
	s.judge("login-return-failed")
	for _, acr := range []string{"AAL1_USERPASS", "AAL2_TOTP", "AAL2_NHSMAIL", "AAL3_FIDO2", "AAL3_IOS", "AAL2_ANY"} {
		s.do(chromedp.Navigate(authorize(p, "acr_values", acr)))
		s.judge("login-way-" + strings.ToLower(acr))
	}
	s.do(chromedp.Navigate(authorize(p, "acr_values", "AAL3_FIDO2", "login_hint", "nobody")), chromedp.Click(chromedp.CSS("#sign-in")), chromedp.WaitReady(chromedp.CSS("#way-problem")))
	s.judge("login-way-wrong")
	for name, uuid := range map[string]string{"no-role": "555000000101", "one-role": "555000000103", "two-roles": "555000000106", "five-roles": "555000000109", "forty-roles": "555000000111",
		"long-name": "555000000130", "right-to-left": "555000000131", "markup": "555000000133"} {
		everyWay(t, p, uuid)
		s.as(p, uuid)
		s.judge("login-roles-" + name)
	}
	s.as(p, "555000000111")
	s.do(chromedp.SendKeys(chromedp.CSS("#role-search"), "nurse surgery"))
	s.judge("login-roles-found")
	s.do(chromedp.Click(chromedp.CSS("#continue")), chromedp.WaitReady(chromedp.CSS("#role-problem")))
	s.judge("login-roles-problem")
	s.do(chromedp.Navigate(p.Issuer() + "/connect/endSession"))
	s.judge("login-sign-out")
	s.do(chromedp.Click(chromedp.CSS("#sign-out")), chromedp.WaitReady(chromedp.CSS("#signed-out")))
	s.judge("login-signed-out")
	for name, more := range map[string][]string{"client": {"client_id", "nobody"}, "redirect": {"redirect_uri", "https://elsewhere.example.test/"}} {
		s.do(chromedp.Navigate(authorize(p, more...)))
		s.judge("login-error-" + name)
	}
	s.do(chromedp.Navigate(authorize(p) + "&state=again"))
	s.judge("login-error-repeated")
	s.do(chromedp.Navigate(p.Issuer() + "/smartcard/login/nobody"))
	s.judge("login-error-other-browser")
	old := screen(t, chromedp.UserAgent("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko"))
	old.do(chromedp.Navigate(authorize(p)))
	old.judge("login-browser-too-old")
}

// Requirement: the checks above can fail: axe notices an input without a label
// and text that is too pale; the accessibility tree a button without a name and a
// stop that is nothing; the walk by Tab an order that jumps and a focus that
// cannot be seen.
func TestAxeNotices(t *testing.T) {
	p, s := pagesOf(t), screen(t)
	s.do(chromedp.Navigate(authorize(p, "acr_values", "AAL1_USERPASS")))
	if flaws := append(s.unspoken(), s.walk()...); len(flaws) > 0 {
		t.Fatalf("before: %q", flaws)
	}
	s.text(`document.querySelector("label[for=username]").remove(); document.querySelector("h1").style.color = "#bbb";
		document.querySelector("main").insertAdjacentHTML("beforeend", "<button></button><div tabindex='0'></div>");
		document.getElementById("password").tabIndex = 1; document.getElementById("cancel").style.outline = "none"; ""`)
	found := strings.Join(slices.Concat(s.violations(), s.unspoken(), s.walk()), "\n")
	for _, want := range []string{"label", "color-contrast", "a button has no name", "something without a role takes the focus", "by Tab, stop 2 is sign-in, not password", "cannot be seen on cancel"} {
		if !strings.Contains(found, want) {
			t.Errorf("nothing says %q:\n%s", want, found)
		}
	}
}

// Requirement: a person signs in and chooses among many roles by keyboard alone,
// the focus is always visible, and what the search finds is announced. Source:
// WCAG 2.2 2.1.1, 2.4.7, 4.1.3. Turned red by: a click handler without a button;
// outline none.
func TestKeyboardAlone(t *testing.T) {
	p, s := pagesOf(t), screen(t)
	everyWay(t, p, "555000000111")
	s.do(chromedp.Navigate(authorize(p, "acr_values", "AAL3_FIDO2")))
	focus := func(want string) {
		t.Helper()
		got := s.text(`document.activeElement.id || document.activeElement.className || document.activeElement.tagName`)
		seen := s.text(`(() => { const e = document.activeElement.matches(".role input") ? document.activeElement.nextElementSibling : document.activeElement;
			const c = getComputedStyle(e); return c.outlineStyle !== "none" && parseFloat(c.outlineWidth) >= 2 ? "visible" : "invisible"; })()`)
		if got != want || seen != "visible" {
			t.Fatalf("the focus is on %s and %s, want %s", got, seen, want)
		}
	}
	press := func(key string) { t.Helper(); s.do(chromedp.KeyEvent(key)) }
	press(kb.Tab)
	focus("skip")
	press(kb.Tab)
	focus("username")
	press("555000000111" + kb.Enter)
	s.do(chromedp.WaitReady(chromedp.CSS("#role-search")))
	s.until(ran)
	press(kb.Tab)
	press(kb.Tab)
	focus("role-search")
	press("systems")
	s.until(`document.querySelector("#role-count[role=status]").textContent === "5 roles"`)
	press(kb.Enter) // searching is not choosing
	press(kb.Tab)
	press(" ")
	first := s.text(`document.querySelector(".role:not([hidden]) input").id`)
	focus(first)
	press(kb.Tab)
	focus("continue")
	if chosen := s.text(`document.querySelector(".role input:checked").id`); chosen != first {
		t.Errorf("chosen is %q, want %q", chosen, first)
	}
}

// Requirement: when the smartcard program is not reached, the page says so in its
// live region, with the code, and the focus comes there; from there Tab leads to
// every way on, and Enter cancels. Source: WCAG 2.2 2.1.1, 2.4.3, 4.1.3; page
// codes of facts on CIS2 section 2.8. Turned red by: a status that is only shown.
func TestSmartcardPageByKeyboardAlone(t *testing.T) {
	p, s := pagesOf(t), screen(t)
	s.do(chromedp.Navigate(authorize(p)), chromedp.WaitReady(chromedp.CSS("#signin-status[role=status][aria-live=polite][data-code]")))
	if said := s.text(`document.getElementById("signin-status").textContent`); !strings.Contains(said, "could not be reached") || !strings.Contains(said, "400_645") {
		t.Errorf("the live region says %q", said)
	}
	if title := s.text("document.title"); !strings.HasPrefix(title, "Error: ") {
		t.Errorf("the title is %q", title)
	}
	if at := s.text("document.activeElement.id"); at != "signin-status" {
		t.Errorf("the focus is on %q", at)
	}
	for _, want := range []string{"use-form", "use-uri", "way-FIDO2", "way-IOS", "cancel"} {
		s.do(chromedp.KeyEvent(kb.Tab))
		if at := s.text("document.activeElement.id"); at != want {
			t.Fatalf("Tab comes to %q, want %q", at, want)
		}
	}
	s.do(chromedp.KeyEvent(kb.Enter))
	for range 500 {
		if all := p.Transactions(); len(all) == 1 && all[0]["state"] != "waiting" {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("Enter did not cancel: %v", p.Transactions())
}
