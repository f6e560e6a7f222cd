// Package provider is what must hold of an identity service like CIS2, judged
// as an application, a browser and an agent see it.
package provider

import (
	"slices"

	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

var (
	anyProvider   = []target.Feature{target.Provider}
	cis2          = []target.Feature{target.Provider, target.CIS2}
	signedIn      = []target.Feature{target.Provider, target.Login}
	byOwnKey      = []target.Feature{target.Provider, target.Login, target.KeyClient}
	besideAnother = []target.Feature{target.Provider, target.Login, target.SecondClient}
	smartcard     = []target.Feature{target.Provider, target.Smartcard}
)

// Checks is the suite.
func Checks() []suite.Check {
	return slices.Concat(firstChecks(), discoveryChecks(), requestChecks(), redirectChecks(), freshnessChecks(), hintChecks(),
		codeChecks(), tokenChecks(), clientChecks(), idTokenChecks(), userInfoChecks(), logoutChecks(), backchannelChecks(),
		formChecks(), refreshChecks(), parChecks(), dpopChecks(), fapiChecks())
}

// firstChecks are the ones every other stands on, and the smartcard endpoints.
func firstChecks() []suite.Check {
	return []suite.Check{
		{ID: "provider.discovery", Title: "Discovery names the issuer exactly as configured", Source: "OpenID Connect Discovery 1.0 §4.3", Requires: anyProvider, Proof: "provider.discovery-other-issuer:n=1", Because: "issuer", Run: discovery},
		{ID: "provider.discovery-cis2", Title: "Discovery has the members that CIS2 documents and nothing of the smartcard endpoints", Source: "NHS CIS2 guidance, discovery; protocol §1", Requires: cis2, Proof: "provider.discovery-smartcard", Because: "smartcard endpoint", Run: discoveryCIS2},
		{ID: "provider.jwks", Title: "The key set has RSA signing keys with kid, alg and use, and no private part", Source: "RFC 7517 §4, §9.2", Requires: anyProvider, Proof: "provider.key-without-use", Because: "use sig", Run: jwks},
		{ID: "provider.code-flow", Title: "A card assertion signs its holder in by code flow with PKCE", Source: "OpenID Connect Core 1.0 §3.1; RFC 7636; protocol §1", Requires: signedIn, Proof: "provider.key-not-in-jwks:n=1", Because: "verify", Run: codeFlow},
		{ID: "provider.nonce", Title: "The ID token carries the nonce of the request", Source: "OpenID Connect Core 1.0 §3.1.3.7 step 11", Requires: signedIn, Proof: "provider.wrong-nonce:n=1", Because: "nonce", Run: codeFlow},
		{ID: "provider.id-token-times", Title: "The ID token is of now and not ended", Source: "OpenID Connect Core 1.0 §2", Requires: signedIn, Proof: "provider.expired-id-token:n=1", Because: "expired", Run: tokenTimes},
		{ID: "provider.id-token-audience", Title: "The ID token's aud is the client as a string, and azp is the same", Source: "NHS CIS2 ID token; OpenID Connect Core 1.0 §2", Requires: append([]target.Feature{target.CIS2}, signedIn...), Proof: "provider.aud-array", Because: "aud", Run: tokenAudience},
		{ID: "provider.assurance-levels", Title: "Assurance levels are strings and acr is what was asked for", Source: "NHS CIS2 ID token claims", Requires: append([]target.Feature{target.CIS2}, signedIn...), Proof: "provider.integer-assurance-levels", Because: "string", Run: assuranceLevels},
		{ID: "provider.userinfo-sub", Title: "Userinfo is about the holder of the ID token", Source: "OpenID Connect Core 1.0 §5.3.4", Requires: signedIn, Proof: "provider.userinfo-wrong-sub:n=1", Because: "sub", Run: userInfoSub},
		{ID: "provider.scopes", Title: "Each scope brings its claims and no other scope's", Source: "NHS CIS2 guidance, scopes and claims", Requires: append([]target.Feature{target.CIS2}, signedIn...), Proof: "provider.scopes-ignored", Because: "with scope", Run: scopes},
		{ID: "provider.selected-role", Title: "With selectedrole the chosen role is in the ID token and is one of the person's", Source: "NHS CIS2 guidance, role selection", Requires: append([]target.Feature{target.CIS2}, signedIn...), Proof: "provider.no-selected-role", Because: "selected_roleid", Run: selectedRole},
		{ID: "provider.redirect-issuer", Title: "The redirect carries code, state, the exact issuer and the client", Source: "RFC 9207 §2; NHS CIS2 authorization response", Requires: signedIn, Proof: "provider.wrong-issuer-in-redirect:n=1", Because: "iss", Run: redirectIssuer},
		{ID: "provider.verifier-required", Title: "A code asked for with a challenge is not given out without the verifier", Source: "RFC 7636 §4.6; RFC 9700 §2.1.1", Requires: signedIn, Proof: "provider.pkce-ignored", Because: "verifier", Run: verifierRequired},
		{ID: "provider.verifier-wrong", Title: "A wrong code verifier is refused", Source: "RFC 7636 §4.6", Requires: signedIn, Proof: "provider.pkce-ignored", Because: "verifier", Run: verifierWrong},
		{ID: "provider.code-once", Title: "A code is good once", Source: "RFC 6749 §4.1.2", Requires: signedIn, Proof: "provider.code-reusable", Because: "second", Run: codeOnce},
		{ID: "provider.code-bound", Title: "A code is of no use to another client", Source: "RFC 6749 §4.1.3", Requires: besideAnother, Proof: "provider.code-unbound", Because: "another client", Run: codeBound},
		{ID: "provider.wrong-secret", Title: "A wrong client secret is refused with invalid_client", Source: "RFC 6749 §5.2", Requires: signedIn, Proof: "provider.secret-unchecked", Because: "wrong secret", Run: wrongSecret},
		{ID: "provider.redirect-exact", Title: "A redirect address that is not registered gets an error page and no redirect", Source: "RFC 6749 §3.1.2.4; RFC 9700 §2.1", Requires: anyProvider, Proof: "provider.redirect-unchecked", Because: "redirect", Run: redirectExact},
		{ID: "provider.unregistered-client", Title: "An unregistered client gets an error page and no redirect", Source: "RFC 6749 §4.1.2.1", Requires: anyProvider, Proof: "provider.any-client", Because: "no error page", Run: unregisteredClient},
		{ID: "provider.private-key-rs512", Title: "A client signs in to the token endpoint with private_key_jwt and RS512", Source: "RFC 7523 §2.2; NHS CIS2 client authentication", Requires: append([]target.Feature{target.KeyClient}, cis2Card...), Proof: "provider.rs512-refused", Because: "RS512", Run: privateKeyRS512},
		{ID: "provider.private-key-rs256", Title: "A client signs in to the token endpoint with private_key_jwt and RS256", Source: "RFC 7523 §2.2; NHS CIS2 client authentication", Requires: byOwnKey, Proof: "provider.rs256-refused", Because: "RS256", Run: privateKeyRS256},
		{ID: "provider.assertion-audience", Title: "A client assertion for another audience is refused", Source: "RFC 7523 §3 item 3", Requires: byOwnKey, Proof: "provider.assertion-aud-unchecked", Because: "audience", Run: assertionAudience},
		{ID: "provider.assertion-once", Title: "A client assertion is good once", Source: "RFC 7523 §3 item 7", Requires: byOwnKey, Proof: "provider.assertion-replay", Because: "again", Run: assertionOnce},
		{ID: "provider.request-unknown", Title: "The request of an unknown transaction is 404", Source: "protocol §5", Requires: smartcard, Proof: "provider.request-500:n=1", Because: "404", Run: requestUnknown},
		{ID: "provider.request", Title: "A request is signed, typed, for the agent and short-lived", Source: "protocol §5", Requires: smartcard, Proof: "provider.request-wrong-key:n=1", Because: "request", Run: requestShape},
		{ID: "provider.card-authority", Title: "A card of an unknown authority is refused", Source: "protocol §6", Requires: smartcard, Proof: "provider.any-ca", Because: "authority", Run: cardAuthority},
		{ID: "provider.card-revoked", Title: "A revoked card is refused", Source: "protocol §6; RFC 5280 §6.3", Requires: smartcard, Proof: "provider.revocation-ignored", Because: "revoked", Run: cardRevoked},
		{ID: "provider.card-other-certificate", Title: "The signing certificate signs nobody in", Source: "protocol §6: digitalSignature and the authentication policy", Requires: smartcard, Proof: "provider.any-certificate", Because: "accepts the content-commitment", Run: cardSigningCertificate},
		{ID: "provider.card-audience", Title: "A card assertion for another issuer is refused", Source: "protocol §6", Requires: smartcard, Proof: "provider.card-aud-unchecked", Because: "accepts an assertion for another issuer", Run: cardAudience},
		{ID: "provider.card-subject", Title: "A card assertion for another person's UUID is refused", Source: "protocol §6", Requires: smartcard, Proof: "provider.card-sub-unchecked", Because: "accepts an assertion for another person", Run: cardSubject},
		{ID: "provider.device-required", Title: "Where a device key is required, an assertion without a device proof is refused", Source: "protocol §6.1", Requires: append([]target.Feature{target.Device, target.Clock}, smartcard...), Proof: "provider.device-unchecked", Because: "accepts an assertion without a device proof", Run: deviceRequired},
		{ID: "provider.card-once", Title: "A card assertion is accepted once", Source: "protocol §6", Requires: smartcard, Proof: "provider.card-replay", Because: "accepts an assertion that comes again", Run: cardOnce},
		{ID: "provider.ticket-once", Title: "A ticket completes once", Source: "protocol §8", Requires: smartcard, Proof: "provider.ticket-reusable", Because: "again", Run: ticketOnce},
		{ID: "provider.ticket-cookie", Title: "A ticket without the cookie of the browser that began completes nothing and is burnt", Source: "protocol §8, principle 2", Requires: smartcard, Proof: "provider.ticket-without-cookie", Because: "cookie", Run: ticketCookie},
		{ID: "provider.failure-once", Title: "A transaction takes one failure report and nothing after it", Source: "protocol §7", Requires: smartcard, Proof: "provider.failure-repeated", Because: "accepts a second failure report", Run: failureOnce},
		{ID: "provider.not-framed", Title: "The login page may not be framed or cached and tells other sites nothing but its origin", Source: "RFC 9700 §4.16; protocol §4", Requires: smartcard, Proof: "provider.framed", Because: "may be framed", Run: notFramed},
	}
}
