package stranger_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/smartcard-connect/smartcard-connect/hil/demo"
	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// Requirement: axe and a screen reader find nothing wrong with the demonstration
// application that 'hil up' opens: before, after and without a sign-in. Source:
// issue "Must show"; WCAG 2.2 AA. Turned red by: a button without words.
func TestDemoByAxe(t *testing.T) {
	p, s := pagesOf(t, "uri"), screen(t)
	application := &demo.Application{Name: "Toy Records", Issuer: p.Issuer(), ClientID: "999999999901.apps.national", ClientSecret: "conformance-secret"}
	site := httptest.NewServer(application.Handler())
	t.Cleanup(site.Close)
	application.URL = site.URL
	s.do(chromedp.Navigate(site.URL), chromedp.WaitReady(chromedp.CSS("#signin")))
	s.judge("demo-welcome")
	s.click("#signin")
	s.do(chromedp.WaitReady(chromedp.CSS("#transaction")))
	on, err := p.Complete(s.text(`JSON.parse(document.getElementById("transaction").textContent).id`), "555000000103", "")
	if err != nil {
		t.Fatal(err)
	}
	s.do(chromedp.Navigate(on))
	s.do(chromedp.WaitReady(chromedp.CSS("#claims")))
	s.judge("demo-signed-in")
	s.do(chromedp.Navigate(site.URL+"/callback?state=made-up"), chromedp.WaitReady(chromedp.CSS(".problem")))
	s.judge("demo-problem")
}

// Requirement: the same for the page of response_mode form_post, as it is seen
// without scripts. Source: OAuth 2.0 Form Post Response Mode section 2. Turned red
// by: a page without a language.
func TestFormPostByAxe(t *testing.T) {
	p := &mockcis2.Server{Mode: op.Extended(), Handover: []string{"uri"}}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := http.Client{Jar: jar}
	begun, err := b.Get(authorize(p, "response_mode", "form_post"))
	if err != nil {
		t.Fatal(err)
	}
	begun.Body.Close()
	id := begun.Request.URL.Path[strings.LastIndex(begun.Request.URL.Path, "/")+1:]
	on, err := p.Complete(id, "555000000103", "")
	if err != nil {
		t.Fatal(err)
	}
	seen, err := b.Get(on)
	if err == nil && strings.Contains(seen.Request.URL.Path, "/continue/") {
		seen.Body.Close()
		seen, err = b.PostForm(seen.Request.URL.String(), url.Values{"action": {"continue"}})
	}
	if err != nil {
		t.Fatal(err)
	}
	defer seen.Body.Close()
	page, err := io.ReadAll(seen.Body)
	if err != nil || !strings.Contains(string(page), `id="form-post"`) {
		t.Fatalf("not the page: %v %d %.500s", err, seen.StatusCode, page)
	}
	s := screen(t)
	s.do(chromedp.Navigate(shown(t, scripts.ReplaceAllString(string(page), ""))), chromedp.WaitReady(chromedp.CSS("#form-post")))
	s.judge("login-form-post")
}

var scripts = regexp.MustCompile(`(?s)<script.*?</script>`)

// shown is the address of a page that a server of its own shows.
func shown(t *testing.T, page string) string {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, page)
	}))
	t.Cleanup(site.Close)
	return site.URL
}
