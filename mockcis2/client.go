package mockcis2

import (
	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// DefaultClients are two applications with secrets and one with a key. Their
// redirect is /callback on any port of a loopback IP literal (RFC 8252 section
// 7.3).
func DefaultClients() []op.Client {
	redirects := []string{"http://127.0.0.1/callback"}
	key := jose.JSONWebKey{Key: testpki.Published("card-11").Public(), KeyID: "conformance", Use: "sig"}
	return []op.Client{
		{ID: "999999999901.apps.national", Name: "Toy Records", RedirectURIs: redirects, Method: "client_secret", Secret: "conformance-secret", PostLogoutRedirectURIs: []string{"http://127.0.0.1:4180/signed-out"}},
		{ID: "999999999902.apps.national", Name: "Toy Prescriptions", RedirectURIs: redirects, Method: "private_key_jwt", Keys: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key}}},
		{ID: "999999999903.apps.national", Name: "Toy Referrals", RedirectURIs: redirects, Method: "client_secret", Secret: "second-secret"},
	}
}
