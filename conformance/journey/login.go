package journey

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// headerTime is how long a browser may take to say what it wants.
const headerTime = 10 * time.Second

// Through goes from the application to the login page, signs somebody in and
// comes back: by the login of the target file, and where there is none by a
// card, whose ticket prove makes.
func Through(ctx context.Context, t *target.Target, o Options, prove Prove) (*Journey, error) {
	j, err := Start(ctx, t, o)
	if err != nil {
		return nil, err
	}
	return j, j.pass(ctx, prove)
}

// pass goes on from the login page to the application.
func (j *Journey) pass(ctx context.Context, prove Prove) error {
	if j.byHand() {
		return j.waitForPerson(ctx)
	}
	if err := j.Prove(ctx, prove); err != nil {
		return err
	}
	return j.Arrive(ctx)
}

// Prove shows the card, where there is one. What is left are forms to go on
// with.
func (j *Journey) Prove(ctx context.Context, prove Prove) error {
	if j.t.Login != nil {
		return nil
	}
	ticket, err := prove(ctx, j.t, j.Browser, j.ID)
	if err != nil {
		return err
	}
	return j.Complete(ctx, ticket)
}

func (j *Journey) byHand() bool { return j.t.Login != nil && j.t.Login.Hand }

// typed is what goes into a field.
func (j *Journey) typed(name, offered string) string {
	if j.t.Login != nil && j.t.Login.Fields[name] != "" {
		return j.t.Login.Fields[name]
	}
	return offered
}

// asksForFields reports whether the page is a login form of the target file.
func (j *Journey) asksForFields() bool {
	if j.t.Login == nil {
		return false
	}
	for name := range j.t.Login.Fields {
		if strings.Contains(j.Page.Body, `name="`+name+`"`) {
			return true
		}
	}
	return false
}

// waitForPerson shows the address and listens where the browser comes back to,
// as a program on a desktop does (RFC 8252 §7.3).
func (j *Journey) waitForPerson(ctx context.Context) error {
	back, err := url.Parse(j.App.Redirect)
	if err != nil || j.t.Tell == nil {
		return suite.Broken{Err: errors.Join(errors.New("nobody is there to sign in by hand"), err)}
	}
	l, err := net.Listen("tcp", back.Host)
	if err != nil {
		return suite.Broken{Err: fmt.Errorf("the redirect address is not ours to listen at: %w", err)}
	}
	came := make(chan *url.URL, 1)
	server := &http.Server{ReadHeaderTimeout: headerTime, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != back.Path {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintln(w, "Thank you. You may close this page.")
		select {
		case came <- back.ResolveReference(r.URL):
		default: // it was there already
		}
	})}
	go func() { _ = server.Serve(l) }() // ends with ErrServerClosed at Close
	defer server.Close()
	j.t.Tell("Please sign in here, in a private window:\n  " + j.front)
	select {
	case u := <-came:
		j.Page = &browser.Page{URL: u, Header: http.Header{}}
		return nil
	case <-ctx.Done():
		return suite.Broken{Err: fmt.Errorf("nobody signed in: %w", ctx.Err())}
	}
}
