package fault

import (
	"net/url"
	"time"
)

// issuerWithoutPort is the fault provider.issuer-without-port: the ID token names the issuer without its port.
var issuerWithoutPort = Info{
	ID:     "provider.issuer-without-port",
	Title:  "The ID token names the issuer without its port",
	Why:    "CIS2 has an explicit :443 in its issuer; HTTP libraries drop default ports, and people add or remove them by hand.",
	Source: "OpenID Connect Core section 3.1.3.7, 2",
	Owes:   refuse("refuse: issuers are compared as strings, ports included"),
	At:     []string{Token},
	IDToken: func(c map[string]any, _ time.Time) {
		if iss, ok := c["iss"].(string); ok {
			c["iss"] = withoutPort(iss)
		}
	},
}

// withoutPort drops the port of a URL.
func withoutPort(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	u.Host = u.Hostname()
	return u.String()
}
