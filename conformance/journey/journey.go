// Package journey is one sign-in from an application through browser, provider
// and agent back to the application, step by step, so that a check can leave
// the path at any of them.
package journey

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// Journey is under way.
type Journey struct {
	t       *target.Target
	App     *relyingparty.Application
	Browser *browser.Browser
	Flow    *relyingparty.Flow
	Page    *browser.Page // what the browser shows now
	ID      string        // the transaction's, from the login page of a provider that takes cards
	front   string        // the address that begins the login
}

// Options of a journey. The zero value is a new browser at the first client.
type Options struct {
	Client  int
	Browser *browser.Browser
	Scopes  []string
	More    []oauth2.AuthCodeOption
}

// ErrNoLogin is wrapped when the browser does not get to the login page.
var ErrNoLogin = errors.New("the browser does not get to the login page")

// Start goes from the application to the login page.
func Start(ctx context.Context, t *target.Target, o Options) (*Journey, error) {
	app, err := relyingparty.New(ctx, t, o.Client)
	if err != nil {
		return nil, err
	}
	j := &Journey{t: t, App: app, Browser: o.Browser, Flow: app.Begin(o.Scopes, o.More...)}
	if j.Browser == nil {
		j.Browser = browser.New(t.HTTP)
	}
	return j, j.open(ctx, j.Flow.URL)
}

// open takes the browser to the login page.
func (j *Journey) open(ctx context.Context, authorize string) (err error) {
	if j.front = authorize; j.byHand() {
		return nil // a person opens it
	}
	if j.Page, err = j.Browser.Go(ctx, authorize, j.App.Redirect); err != nil {
		return err
	}
	if j.ID = transaction(j.Page.Body); j.ID == "" && !j.asksForFields() {
		return fmt.Errorf("%w: it is at %s with status %d", ErrNoLogin, j.Page.URL.Redacted(), j.Page.Status)
	}
	return nil
}

// idField finds the id in the form that the page can post to the agent.
var idField = regexp.MustCompile(`name="id"[^>]*\svalue="([A-Za-z0-9_-]{22,64})"|data-(?:id|transaction)="([A-Za-z0-9_-]{22,64})"`)

func transaction(body string) string {
	m := idField.FindStringSubmatch(body)
	if m == nil {
		return ""
	}
	return m[1] + m[2]
}

// LoginOrigin is the origin of the provider's pages.
func LoginOrigin(t *target.Target) string {
	u, err := url.Parse(t.Issuer)
	if err != nil {
		return ""
	}
	return browser.Origin(u)
}

// Knock is the login page at the agent's door.
func Knock(t *target.Target) browser.Knock {
	return browser.Knock{Port: t.Agent, Origin: LoginOrigin(t)}
}

// Hand gives the id to the agent and waits for what comes back.
func (j *Journey) Hand(ctx context.Context, c browser.Channel) (browser.Reply, error) {
	return Hand(ctx, j.t, j.Browser, c, j.ID)
}

// Hand gives any id to the agent, as the login page would in b.
func Hand(ctx context.Context, t *target.Target, b *browser.Browser, c browser.Channel, id string) (browser.Reply, error) {
	if c != browser.URI {
		return b.Hand(ctx, Knock(t), c, id)
	}
	if t.OpenURI == nil {
		return browser.Reply{}, errors.New("this target has no way to open a URI")
	}
	back, err := t.OpenURI(ctx, "smartcard-connect:authenticate?"+url.Values{"issuer": {t.Issuer}, "id": {id}}.Encode())
	if err != nil {
		return browser.Reply{}, err
	}
	if !strings.HasPrefix(back, t.Issuer+"/smartcard/return#") {
		return browser.Reply{}, fmt.Errorf("the agent opens %q, which is not the issuer's return page", back)
	}
	return browser.Returned(back)
}

// Complete posts the ticket as the login page does.
func (j *Journey) Complete(ctx context.Context, ticket string) error {
	return j.submit(ctx, j.t.Issuer+"/smartcard/complete", url.Values{"ticket": {ticket}})
}

// submit posts a form of the provider's own page.
func (j *Journey) submit(ctx context.Context, action string, form url.Values) error {
	from := *j.Page
	if u, err := url.Parse(j.t.Issuer + "/smartcard/return"); err == nil {
		from.URL = u
	}
	page, err := j.Browser.Submit(ctx, &from, action, form, j.App.Redirect)
	if err != nil {
		return err
	}
	j.Page = page
	return nil
}

// Home reports whether the browser is back at the application.
func (j *Journey) Home() bool {
	return j.Page != nil && strings.HasPrefix(j.Page.URL.String(), j.App.Redirect)
}

var (
	formAction = regexp.MustCompile(`(?s)<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>`)
	field      = regexp.MustCompile(`<(?:input|button)[^>]*>`)
	attribute  = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
)

// Continue submits the first form of the page that is shown, with its hidden
// fields and the first choice of every other field, as a person does who
// accepts what is offered. It returns the fields it sent.
func (j *Journey) Continue(ctx context.Context) (url.Values, error) {
	m := formAction.FindStringSubmatch(j.Page.Body)
	if m == nil {
		return nil, fmt.Errorf("the page at %s with status %d has no form to continue with", j.Page.URL.Path, j.Page.Status)
	}
	values := url.Values{}
	for _, tag := range field.FindAllString(m[2], -1) {
		a := map[string]string{}
		for _, pair := range attribute.FindAllStringSubmatch(tag, -1) {
			a[pair[1]] = html.UnescapeString(pair[2])
		}
		if name := a["name"]; name != "" && a["type"] != "search" && !values.Has(name) {
			values.Set(name, j.typed(name, a["value"]))
		}
	}
	action := html.UnescapeString(m[1])
	if u, err := j.Page.URL.Parse(action); err == nil {
		action = u.String()
	}
	return values, j.submit(ctx, action, values)
}

// Agree presses the first button of a page, and says where the browser is then;
// end is where the application's own pages begin.
func (j *Journey) Agree(ctx context.Context, page *browser.Page, end string) (*browser.Page, error) {
	next := *j
	next.Page, next.App = page, &relyingparty.Application{Redirect: end}
	_, err := next.Continue(ctx)
	return next.Page, err
}

// Arrive goes on from page to page until the browser is at the application.
func (j *Journey) Arrive(ctx context.Context) error {
	for range 6 {
		if j.Home() {
			return nil
		}
		if _, err := j.Continue(ctx); err != nil {
			return err
		}
	}
	return fmt.Errorf("the browser does not come back to the application: it is at %s", j.Page.URL.Path)
}

// SignIn is the whole way over one channel. A status of the agent that is not
// success is a Status error.
func SignIn(ctx context.Context, t *target.Target, c browser.Channel, o Options) (*Journey, *relyingparty.Session, error) {
	j, err := Start(ctx, t, o)
	if err != nil {
		return j, nil, err
	}
	reply, err := j.Hand(ctx, c)
	if err != nil {
		return j, nil, fmt.Errorf("channel %s: %w", c, err)
	}
	if reply.StatusCode != 0 {
		return j, nil, fmt.Errorf("channel %s: %w", c, Status(reply.StatusCode))
	}
	s, err := j.Return(ctx, reply.Ticket)
	if err != nil {
		return j, nil, fmt.Errorf("channel %s: %w", c, err)
	}
	return j, s, nil
}

// Return takes the ticket from the login page to a session at the application.
func (j *Journey) Return(ctx context.Context, ticket string) (*relyingparty.Session, error) {
	if err := j.Complete(ctx, ticket); err != nil {
		return nil, err
	}
	if err := j.Arrive(ctx); err != nil {
		return nil, err
	}
	return j.Flow.Finish(ctx, j.Page.URL)
}

// Failed goes on from the login page after a failure, as its button does: back
// to the application with an OAuth error.
func (j *Journey) Failed(ctx context.Context, status Status) error {
	form := url.Values{"status": {strconv.FormatUint(uint64(status), 10)}}
	if err := j.submit(ctx, j.t.Issuer+"/smartcard/abandon/"+j.ID, form); err != nil {
		return err
	}
	if !j.Home() {
		return fmt.Errorf("after a failure the browser does not come back to the application: %s with status %d", j.Page.URL.Path, j.Page.Status)
	}
	return nil
}
