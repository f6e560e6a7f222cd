package relyingparty_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// desk is a person with a card, a browser and the agent, who does whatever the
// provider's pages want, and nothing that a browser would not do.
type desk struct {
	*target.Target
	browser *browser.Browser
}

// block is what the login page's script reads.
type block struct {
	ID       string   `json:"id"`
	Handover []string `json:"handover"`
	Ports    []int    `json:"ports"`
	Complete string   `json:"complete_url"`
	Abandon  string   `json:"abandon_url"`
	URI      string   `json:"uri"`
}

var (
	script = regexp.MustCompile(`(?s)<script type="application/json" id="transaction">(.*?)</script>`)
	button = regexp.MustCompile(`<input type="radio"[^>]*name="role"[^>]*value="([0-9]+)"|name="role" value="([0-9]+)"`)
)

var errStuck = errors.New("the browser does not come back")

// goes takes the browser from an application's address to where it comes back.
func (d desk) goes(ctx context.Context, address, callback string) (*url.URL, error) {
	if err := d.Person.Will(ctx, target.Answer{Passcode: d.Passcode}, target.Answer{Cancel: true}); err != nil {
		return nil, err
	}
	d.browser = browser.New(d.HTTP)
	page, err := d.browser.Go(ctx, address, callback)
	if err != nil {
		return nil, err
	}
	m := script.FindStringSubmatch(page.Body)
	if m == nil {
		return page.URL, came(page, callback)
	}
	var b block
	if err := json.Unmarshal([]byte(m[1]), &b); err != nil {
		return nil, err
	}
	reply, err := d.hands(ctx, page, b)
	if err != nil || reply.StatusCode != 0 {
		page, err = d.browser.Submit(ctx, page, b.Abandon, url.Values{"status": {strconv.Itoa(int(reply.StatusCode))}}, callback)
	} else {
		page, err = d.browser.Submit(ctx, page, b.Complete, url.Values{"ticket": {reply.Ticket}}, callback)
	}
	if err != nil {
		return nil, err
	}
	return d.continues(ctx, page, callback)
}

// continues is the page "Signed in as": the first role that is offered.
func (d desk) continues(ctx context.Context, page *browser.Page, callback string) (*url.URL, error) {
	if strings.Contains(page.Body, "Signed in as") {
		form := url.Values{"action": {"continue"}}
		if m := button.FindStringSubmatch(page.Body); m != nil {
			form.Set("role", html.UnescapeString(m[1]+m[2]))
		}
		var err error
		if page, err = d.browser.Submit(ctx, page, page.URL.String(), form, callback); err != nil {
			return nil, err
		}
	}
	return page.URL, came(page, callback)
}

func came(page *browser.Page, callback string) error {
	if strings.HasPrefix(page.URL.String(), callback) {
		return nil
	}
	return fmt.Errorf("%w: it is at %s with status %d", errStuck, page.URL.Path, page.Status)
}

// hands gives the id to the agent over the first channel that is open.
func (d desk) hands(ctx context.Context, page *browser.Page, b block) (browser.Reply, error) {
	policy := strings.Join(page.Header.Values("Content-Security-Policy"), ", ")
	k := browser.Knock{Origin: journey.LoginOrigin(d.Target)}
	if strings.Contains(policy, "sandbox") {
		k.Origin = "null"
	}
	if port := d.agentAt(ctx, k, b.Ports); port != 0 && slices.Contains(b.Handover, "json") && strings.Contains(policy, "http://127.0.0.1:*") {
		k.Port = port
		return d.browser.Hand(ctx, k, browser.JSON, b.ID)
	}
	if !slices.Contains(b.Handover, "uri") {
		return browser.Reply{}, errStuck
	}
	back, err := d.OpenURI(ctx, b.URI)
	if err != nil {
		return browser.Reply{}, err
	}
	return browser.Returned(back)
}

// agentAt asks the port service at each port, as the login page does.
func (d desk) agentAt(ctx context.Context, k browser.Knock, ports []int) int {
	for _, k.Port = range ports {
		page, err := d.browser.Get(ctx, k, "/PRS/GetPortNumber")
		var answer struct{ PortData struct{ PortNumber int } }
		if err == nil && page.Status == http.StatusOK && json.Unmarshal([]byte(page.Body), &answer) == nil {
			return answer.PortData.PortNumber
		}
	}
	return 0
}
