package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// How wrong this computer's clock may be. The agent works up to clockBad
// (PROTOCOL.md §5); other programs stop earlier.
const (
	clockLook = time.Minute
	clockBad  = 10 * time.Minute
)

// issuers asks each identity service for its discovery document, the way the
// agent does.
func issuers(ctx context.Context, d Desk) []Line {
	if len(d.Settings.Issuers) == 0 {
		return one("issuer", Bad, "no identity service is set", "Set Issuers by policy.")
	}
	var all []Line
	for _, i := range d.Settings.Issuers {
		all = append(all, issuer(ctx, d, i)...)
	}
	return all
}

func issuer(ctx context.Context, d Desk, i settings.Issuer) []Line {
	id := "issuer." + i.Environment
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, i.Endpoint("/.well-known/openid-configuration"), nil)
	if err != nil {
		return one(id, Bad, fmt.Sprintf("%q is no address: %v", i.URL, err), "Correct the setting Issuers.")
	}
	route := route(d, r)
	client := d.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(r)
	if err != nil {
		return unreachable(id, i, route, err)
	}
	defer func() { _ = resp.Body.Close() }()
	var document struct {
		Issuer string `json:"issuer"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<18)).Decode(&document); resp.StatusCode != http.StatusOK || err != nil {
		return one(id, Bad, fmt.Sprintf("%s answers HTTP %d with no discovery document, %s", i.URL, resp.StatusCode, route), "A proxy or portal may answer in its place: open the address in a browser.")
	}
	if document.Issuer != i.URL {
		return one(id, Bad, fmt.Sprintf("%s calls itself %s", i.URL, document.Issuer), "Set the issuer exactly as the service spells it.")
	}
	return append(good(id, i.URL+" answers, "+route), clock(id, d, resp)...)
}

// route is how the agent gets there.
func route(d Desk, r *http.Request) string {
	if d.Proxy == nil {
		return "directly"
	}
	switch proxy, err := d.Proxy(r); {
	case err != nil:
		return fmt.Sprintf("the proxy cannot be found: %v", err)
	case proxy != nil:
		return "through the proxy " + proxy.Host
	}
	return "directly"
}

func unreachable(id string, i settings.Issuer, route string, err error) []Line {
	var dns *net.DNSError
	var authority x509.UnknownAuthorityError
	var certificate *tls.CertificateVerificationError
	what, do := "does not answer", "Check the network, and that the firewall lets this computer reach it."
	switch {
	case errors.As(err, &authority):
		what, do = "shows a certificate of an authority that this computer does not know", "A proxy may open TLS: its root must be in the system's store."
	case errors.As(err, &certificate):
		what, do = "shows a certificate that is not valid", "Check this computer's date, and whether a proxy opens TLS."
	case errors.As(err, &dns):
		what, do = "has a name that cannot be looked up", "Check the name, the network and its DNS; some services are on HSCN only."
	}
	return one(id, Bad, fmt.Sprintf("%s %s, %s: %v", i.URL, what, route, err), do)
}

func clock(id string, d Desk, resp *http.Response) []Line {
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return nil
	}
	off := d.Now().Sub(date).Round(time.Second)
	says := fmt.Sprintf("this computer's clock is %s from the identity service's", off.Abs())
	switch {
	case off.Abs() > clockBad:
		return one(id, Bad, says, "Set the clock; have it follow a time server.")
	case off.Abs() > clockLook:
		return one(id, Look, says, "Have the clock follow a time server: sign-ins work up to ten minutes, other programs may not.")
	}
	return good(id, says)
}
