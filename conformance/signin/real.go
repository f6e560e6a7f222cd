package signin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/relyingparty"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// realBrowser lets Chromium go the whole way: an application of our own waits
// at the callback, the login page's own script finds the agent.
func realBrowser(ctx context.Context, t *target.Target) error {
	if err := will(ctx, t, right(t)); err != nil {
		return err
	}
	app, err := relyingparty.New(ctx, t, 0)
	if err != nil {
		return err
	}
	back, address, stop, err := callback()
	if err != nil {
		return suite.Broken{Err: err}
	}
	defer stop()
	app.Redirect = address
	flow := app.Begin(nil)
	if _, err := Drive(ctx, t.File, flow.URL); err != nil {
		return err
	}
	var came *url.URL
	select {
	case came = <-back:
	case <-ctx.Done():
		return errors.New("the browser never comes back to the application")
	}
	s, err := flow.Finish(ctx, came)
	if err != nil {
		return err
	}
	info, err := s.UserInfo(ctx)
	if err == nil && (info["sub"] != t.Holder || s.ID.Subject != t.Holder) {
		err = fmt.Errorf("userinfo is about %v, the card is %s's", info["sub"], t.Holder)
	}
	return err
}

// callback is an application's address on a free loopback port (RFC 8252 §7.3).
func callback() (came <-chan *url.URL, address string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", nil, err
	}
	back := make(chan *url.URL, 1)
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/callback" {
			http.NotFound(w, r)
			return
		}
		select {
		case back <- r.URL:
		default:
		}
		fmt.Fprint(w, `<!doctype html><title>Signed in</title><p id="arrived">Signed in.</p>`)
	})}
	go server.Serve(l)
	return back, "http://" + l.Addr().String() + "/callback", func() { _ = server.Close() }, nil
}

// flags keep the browser on this machine and quiet.
var flags = []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "no-first-run", "disable-gpu", "no-sandbox"}

// Drive opens the address in Chromium and presses Continue until the page of an
// application has an element with the id arrived, and returns its text. The
// profile is thrown away.
func Drive(ctx context.Context, f target.File, address string) (arrived string, err error) {
	profile, err := os.MkdirTemp("", "chromium")
	if err != nil {
		return "", suite.Broken{Err: err}
	}
	defer os.RemoveAll(profile)
	options := append([]chromedp.ExecAllocatorOption{chromedp.ExecPath(f.Browser), chromedp.UserDataDir(profile), chromedp.Flag("headless", "new")}, switches()...)
	allocated, release := chromedp.NewExecAllocator(ctx, options...)
	defer release()
	tab, closeTab := chromedp.NewContext(allocated)
	defer closeTab()
	if err := chromedp.Do(tab); err != nil {
		return "", suite.Broken{Err: fmt.Errorf("the browser does not start: %w", err)}
	}
	err = chromedp.Do(tab,
		chromedp.Navigate(address),
		chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error { return byHand(ctx, tab, f.Handover) }),
		chromedp.WaitReady(chromedp.CSS("form[action*='/smartcard/continue/'] button, #arrived")),
		chromedp.Func(press),
		chromedp.WaitReady(chromedp.CSS("#arrived")),
	)
	if err != nil {
		where, _ := chromedp.Run(tab, chromedp.Evaluate[string]("location.href + ' ' + document.body.innerText.slice(0, 300)"))
		return "", fmt.Errorf("the browser stops at %q: %w", where, err)
	}
	return chromedp.Run(tab, chromedp.Evaluate[string]("document.querySelector('#arrived').textContent"))
}

// byHand presses the button that the login page offers where the form is the
// only channel: the page puts the focus on it and waits for the person.
func byHand(ctx context.Context, tab *chromedp.Target, handover []string) error {
	if !slices.Equal(handover, []string{string(browser.Form)}) {
		return nil
	}
	for {
		pressed, err := chromedp.Evaluate[bool](`(() => {
			const button = document.activeElement;
			if (button?.id === "use-form") button.click();
			return button?.id === "use-form";
		})()`)(ctx, tab)
		if pressed || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// press goes on from the page "Signed in as", if that is what is shown.
func press(ctx context.Context, tab *chromedp.Target) error {
	_, err := chromedp.Evaluate[bool](`(() => {
		const button = document.querySelector("form[action*='/smartcard/continue/'] button");
		if (button) button.click();
		return !!button;
	})()`)(ctx, tab)
	return err
}

func switches() []chromedp.ExecAllocatorOption {
	var out []chromedp.ExecAllocatorOption
	for _, f := range flags {
		out = append(out, chromedp.Flag(f, true))
	}
	return out
}
