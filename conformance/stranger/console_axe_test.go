package stranger_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/control"
)

// console opens the side door of a provider in a browser.
func console(t *testing.T) (*mockcis2.Server, *httptest.Server, onScreen) {
	t.Helper()
	p, s := pagesOf(t, "uri"), screen(t)
	door := httptest.NewServer(control.Door{Server: p, Environment: "int"}.Handler())
	t.Cleanup(door.Close)
	s.do(chromedp.Navigate(door.URL+"/"), chromedp.WaitReady(chromedp.CSS("#person option")), chromedp.WaitReady(chromedp.CSS("#faults li")))
	return p, door, s
}

// until waits for an expression to be true: the page follows a stream.
func (s onScreen) until(js string) {
	s.t.Helper()
	for range 500 {
		// What is not there yet is no error: pages are drawn as events come.
		if s.text("(() => { try { return String(!!("+js+")) } catch { return 'false' } })()") == "true" {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.t.Fatalf("never: %s", js)
}

// says waits for the live region of the console.
func (s onScreen) says(want string) {
	s.t.Helper()
	s.until(fmt.Sprintf(`document.querySelector("#status[role=status][aria-live=polite]").textContent.includes(%q)`, want))
}

func (s onScreen) click(selector string) {
	s.t.Helper()
	s.do(chromedp.Click(chromedp.CSS(selector)))
}

// began opens the login page of a new sign-in without a browser and gives its
// transaction's id.
func began(t *testing.T, p *mockcis2.Server, more ...string) string {
	t.Helper()
	r, err := http.Get(authorize(p, more...))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	parts := strings.Split(r.Request.URL.Path, "/")
	return parts[len(parts)-1]
}

// Requirement: what axe and a screen reader find in the login pages, they find
// in the console, in every state that it can be in: with nothing, with sign-ins
// that wait, are completed, have failed, with faults, a clock that stands, a
// person being edited, an error, and without a provider. What happens is said in
// one live region. Source: issue "Must show", item 8; WCAG 2.2 AA, 4.1.3. Turned
// red by: a select without a label; a status that is only a colour.
func TestConsoleByAxe(t *testing.T) {
	p, door, s := console(t)
	s.judge("console-empty")
	first := began(t, p, "scope", "openid selectedrole")
	second := began(t, p)
	s.until(fmt.Sprintf(`document.getElementById("complete-%s") && document.getElementById("complete-%s")`, first, second))
	s.judge("console-sign-ins")
	s.click("#complete-" + second)
	s.says("Completed sign-in")
	s.until(`document.querySelector("#flow-rows .state.completed")`)
	for _, id := range []string{"provider.wrong-nonce", "provider.hang:endpoint=userinfo,n=2"} {
		if err := p.AddFault(id); err != nil {
			t.Fatal(err)
		}
	}
	s.until(`document.getElementById("on-count").textContent === "2 are on."`)
	s.click("#freeze")
	s.says("The clock stands still.")
	s.until(`document.getElementById("now").textContent.endsWith("standing still")`)
	s.judge("console-faults-and-clock")
	s.do(chromedp.SendKeys(chromedp.CSS("#find-fault"), "nothing is called that"))
	s.until(`document.querySelector("#found[role=status]").textContent === "No fault matches."`)
	s.judge("console-no-fault-found")
	s.click("#heal")
	s.says("No fault is on.")
	s.click("#edit")
	s.judge("console-person")
	s.text(`document.getElementById("json").value = "{"`)
	s.click("#save")
	s.says("That is not JSON")
	s.judge("console-refused")
	s.click("#discard")
	door.CloseClientConnections()
	door.Close()
	s.says("does not answer")
	s.judge("console-without-provider")
}

// Requirement: the same for the report card of an application that does nearly
// everything wrong, of one that has not called, and their list. Source: issue
// item 7. Turned red by: a finding that is told by its colour alone.
func TestReportCardByAxe(t *testing.T) {
	p, door, s := console(t)
	stay := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for range 3 {
		r, err := stay.Get(authorize(p, "state", "short", "nonce", "", "scope", "openid everything"))
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
	}
	r, err := http.Post(p.Issuer()+"/access_token?client_secret=conformance-secret", "application/x-www-form-urlencoded",
		strings.NewReader("grant_type=password&client_id=999999999901.apps.national&client_secret=conformance-secret"))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	s.do(chromedp.Navigate(door.URL + "/report"))
	s.judge("report-cards")
	s.do(chromedp.Navigate(door.URL+"/report/999999999901.apps.national"), chromedp.WaitReady(chromedp.CSS(".lint")))
	s.judge("report-card-careless")
	s.text(`for (const d of document.querySelectorAll("details")) d.open = true; ""`)
	s.judge("report-card-open")
	s.do(chromedp.Navigate(door.URL + "/report/999999999903.apps.national"))
	s.judge("report-card-silent")
}

// Requirement: by keyboard alone the console finds a fault and switches it on,
// moves the clock and completes a sign-in; the focus stays where the person is
// though the page draws itself anew, and the live region says what was done.
// Source: WCAG 2.2 2.1.1, 2.4.3, 3.2.2, 4.1.3. Turned red by: drawing a list
// anew without its focus.
func TestConsoleByKeyboardAlone(t *testing.T) {
	p, _, s := console(t)
	id := began(t, p)
	s.until(fmt.Sprintf(`document.getElementById("complete-%s")`, id))
	press := func(keys string) { t.Helper(); s.do(chromedp.KeyEvent(keys)) }
	reach := func(element string) {
		t.Helper()
		for range 400 {
			if s.text("document.activeElement.id") == element {
				return
			}
			press(kb.Tab)
		}
		t.Fatalf("Tab never comes to %s", element)
	}
	press(kb.Tab)
	if at := s.text("document.activeElement.className"); at != "skip" {
		t.Errorf("the first stop is %q, not the link that skips", at)
	}
	reach("complete-" + id)
	press(kb.Enter)
	s.says("Completed sign-in")
	s.until(`document.activeElement !== document.body`)
	reach("jump900")
	press(" ")
	s.says("The clock moved by 900 seconds.")
	reach("find-fault")
	press("wrong-nonce")
	reach("fault-provider.wrong-nonce")
	press(" ")
	s.says("provider.wrong-nonce is on.")
	if at := s.text("document.activeElement.id"); at != "fault-provider.wrong-nonce" {
		t.Errorf("the focus went to %q", at)
	}
	if on := p.ActiveFaults(); len(on) != 1 || on[0] != "provider.wrong-nonce" {
		t.Errorf("faults on: %v", on)
	}
}
