package doctor

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// Policies of Chromium, Chrome and Edge about pages that call this computer.
// Source: Chrome Enterprise policy list; Local Network Access since 139,
// loopback apart since 146.
var (
	allowed = []string{"LoopbackNetworkAllowedForUrls", "LocalNetworkAccessAllowedForUrls"}
	blocked = []string{"LoopbackNetworkBlockedForUrls", "LocalNetworkAccessBlockedForUrls"}
)

// browsers says what the policies mean for the login pages.
func browsers(_ context.Context, d Desk) []Line {
	if d.Machine == nil {
		return unseen("browser")
	}
	found := d.Machine.Browsers()
	if len(found) == 0 {
		return one("browser", Look, "no browser has policies: Chrome, Edge and Chromium will ask each person once whether login pages may reach this computer",
			"Set the policy LoopbackNetworkAllowedForUrls (and LocalNetworkAccessAllowedForUrls) to the login origins.")
	}
	var all []Line
	for _, p := range found {
		all = append(all, browser(p, d.Settings)...)
	}
	return all
}

func browser(p Policies, s settings.Settings) []Line {
	id := "browser." + p.Browser
	if p.Broken != "" {
		return one(id, Look, fmt.Sprintf("%s: policies at %s cannot be read: %s", p.Browser, p.Place, p.Broken), "Repair that file: the browser ignores it too.")
	}
	lines := cookies(id, p)
	if p.Browser == "Firefox" {
		return lines
	}
	for _, origin := range logins(s) {
		lines = append(lines, loopback(id, p, origin)...)
	}
	return lines
}

// logins are the origins of login pages.
func logins(s settings.Settings) []string {
	var all []string
	for _, i := range s.Issuers {
		if o, err := settings.Origin(i.URL); err == nil {
			all = append(all, o)
		}
	}
	return append(all, s.LoginOrigins...)
}

func loopback(id string, p Policies, origin string) []Line {
	switch {
	case matches(p, blocked, origin):
		return one(id, Bad, fmt.Sprintf("%s: a policy at %s keeps %s from reaching this computer", p.Browser, p.Place, origin),
			"Take the origin out of "+strings.Join(blocked, " and ")+".")
	case matches(p, allowed, origin):
		return good(id, fmt.Sprintf("%s: %s may reach this computer without asking", p.Browser, origin))
	}
	return one(id, Look, fmt.Sprintf("%s: asks each person once whether %s may reach this computer", p.Browser, origin),
		"Add the origin to "+strings.Join(allowed, " and ")+".")
}

func matches(p Policies, names []string, origin string) bool {
	for _, name := range names {
		for _, pattern := range p.list(name) {
			if covers(pattern, origin) {
				return true
			}
		}
	}
	return false
}

// covers says whether a URL pattern of Chromium's content settings covers an
// origin: "*", "[*.]nhs.uk", "https://*", "https://am.nhs.uk:443". Source:
// Chrome Enterprise, "Enterprise policy URL pattern format".
func covers(pattern, origin string) bool {
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	if scheme, rest, has := strings.Cut(pattern, "://"); has {
		if scheme != "*" && scheme != u.Scheme {
			return false
		}
		pattern = rest
	}
	pattern = strings.TrimSuffix(pattern, "/")
	host, port, has := strings.Cut(pattern, ":")
	if has && port != "*" && port != portOf(u) {
		return false
	}
	domain, sub := strings.CutPrefix(host, "[*.]")
	switch {
	case host == "*" || host == u.Hostname():
		return true
	case sub:
		return u.Hostname() == domain || strings.HasSuffix(u.Hostname(), "."+domain)
	}
	return false
}

func portOf(u *url.URL) string {
	if u.Port() != "" {
		return u.Port()
	}
	return map[string]string{"https": "443", "http": "80"}[u.Scheme]
}

// cookies says whether a browser keeps third-party cookies out, which breaks
// sign-ins inside frames.
func cookies(id string, p Policies) []Line {
	refused := p.on("BlockThirdPartyCookies")
	if c, ok := p.Values["Cookies"].(map[string]any); ok { // Firefox
		behaviour, _ := c["Behavior"].(string)
		refused = behaviour == "reject" || behaviour == "reject-foreign"
	}
	if refused {
		return one(id, Look, p.Browser+": third-party cookies are blocked by policy at "+p.Place, "Allow them for the identity service, or sign-ins that an application shows in a frame will fail.")
	}
	return good(id, p.Browser+": no policy blocks third-party cookies")
}

// zone looks at Windows' local intranet zone: without it Edge in Internet
// Explorer mode asks for passwords and keeps pages from this computer.
func zone(_ context.Context, d Desk) []Line {
	if d.Machine == nil {
		return unseen("zone")
	}
	var all []Line
	for _, origin := range logins(d.Settings) {
		lacks, ok := d.Machine.Zone(origin)
		switch {
		case !ok:
			return good("zone", "this system has no intranet zone")
		case len(lacks) > 0:
			all = append(all, one("zone", Look, "local intranet zone: "+strings.Join(lacks, "; "), "Set it by Group Policy (Site to Zone Assignment List), as the set-up guide says.")...)
		default:
			all = append(all, good("zone", origin+" is in the local intranet zone")...)
		}
	}
	return all
}
