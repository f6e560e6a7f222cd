package main

import (
	"net/url"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// Requirement: the uri channel takes exactly issuer and id, and a configured
// issuer only (PROTOCOL.md §4). Turned red by: a looser parser.
func TestParseURI(t *testing.T) {
	const issuer = "https://am.example:443/realm"
	set := settings.Settings{Issuers: []settings.Issuer{{URL: issuer, Environment: "int"}}}
	good := "smartcard-connect:authenticate?issuer=" + url.QueryEscape(issuer) + "&id=transaction-0123456789"
	if i, id, err := parseURI(set, good); err != nil || i.URL != issuer || id != "transaction-0123456789" {
		t.Errorf("%v %q %v", i, id, err)
	}
	for _, uri := range []string{
		"", "%", "https://am.example/authenticate?issuer=x&id=y", good + "&id=another", good + "&x=1",
		"smartcard-connect:status?issuer=x&id=y",
		"smartcard-connect:authenticate?issuer=https%3A%2F%2Fevil.example&id=transaction-0123456789",
		"smartcard-connect:authenticate?issuer=" + url.QueryEscape(issuer) + "&id=../x",
	} {
		if _, _, err := parseURI(set, uri); err == nil {
			t.Errorf("%q was taken", uri)
		}
	}
}
