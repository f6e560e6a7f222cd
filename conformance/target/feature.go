package target

import (
	"slices"
	"strings"
)

// Feature is something a target claims. A check whose features are not all
// claimed is skipped with that reason; a claimed feature must work.
type Feature string

// The features there are. A new one is one line here.
const (
	Card          Feature = "card"           // a card can be reached directly
	AuthentIC     Feature = "authentic"      // its application is AuthentIC
	PIV           Feature = "piv"            // its application is PIV
	PCSC          Feature = "pcsc"           // programs reach its reader by PC/SC
	T0            Feature = "t0"             // it speaks T=0
	T1            Feature = "t1"             // it speaks T=1
	Extended      Feature = "extended"       // and takes commands and answers of extended length, and so does its reader
	TestCard      Feature = "test-card"      // its passcode is known and tries may be spent
	PUK           Feature = "puk"            // the secret that unblocks its passcode is known
	FormatFirst   Feature = "format-first"   // it looks at a passcode's form before it spends a try
	KeyManagement Feature = "key-management" // it has PIV key 9D with a certificate
	CardKey       Feature = "card-key"       // it has PIV key 9E with a certificate
	Admin         Feature = "admin"          // its card management key is known
	Provider      Feature = "provider"       // an OpenID provider can be reached, and takes requests from browsers
	CIS2          Feature = "cis2"           // and it claims to be like CIS2
	Smartcard     Feature = "smartcard"      // and has the /smartcard/v1 endpoints
	Login         Feature = "login"          // and a person can be signed in there: by card, or as the file's login says
	SecondClient  Feature = "second-client"  // and a second application with a secret is registered there, third in the file
	KeyClient     Feature = "key-client"     // and an application that signs in by private_key_jwt, second in the file
	Agent         Feature = "agent"          // an agent can be asked to sign in
	Program       Feature = "program"        // the agent is the built program
	Ports         Feature = "ports"          // a port service runs
	OtherUser     Feature = "other-user"     // requests of another user of the machine can be made
	Joining       Feature = "joining"        // further agents can register with the port service
	Signing       Feature = "signing"        // the agent signs prescriptions
	Toy           Feature = "toy-pki"        // its certificates are of the toy authorities
	NHSNames      Feature = "nhs-names"      // its certificates name a health worker as the NHS's do
	AsIssued      Feature = "as-issued"      // it has the habits that its series is known for
	Bench         Feature = "bench"          // the card can be put in and taken out
	Person        Feature = "person"         // passcode forms are answered by script
	Browser       Feature = "browser"        // a real browser is at hand
	ShortForm     Feature = "short-form"     // an agent whose form ends after a second can be had
	Readers       Feature = "readers"        // readers can be plugged in and unplugged
	Restarts      Feature = "service"        // the smartcard service can be stopped and started, and the card be held by another program
	Keypad        Feature = "pinpad"         // a reader with keys of its own can be had
	Logout        Feature = "logout"         // the provider signs people out at an application's request
	Device        Feature = "device-key"     // the agent's computer has a device key, and the provider enrols computers
	Clock         Feature = "clock"          // the provider's clock and keys can be moved
	Backchannel   Feature = "backchannel"    // it tells applications that a session has ended, and can be told where
	FormPost      Feature = "form-post"      // it sends people back by a form, where an application asks for that
	Refresh       Feature = "refresh"        // it gives refresh tokens for offline_access
	PAR           Feature = "par"            // authorization requests can be pushed to it
	DPoP          Feature = "dpop"           // its access tokens can be bound to a key
	StrictScopes  Feature = "strict-scopes"  // it refuses scopes that it does not know, which it need not
	DPoPNonce     Feature = "dpop-nonce"     // it gives nonces for proofs of keys
	Rotation      Feature = "rotation"       // its refresh tokens are good once
	FAPI2         Feature = "fapi2"          // it keeps the FAPI 2.0 Security Profile, instead of being a provider
)

// Application is the feature of what a series' cards speak. A new series is one
// line here.
func Application(series string) Feature {
	return map[string]Feature{
		"8":  AuthentIC,
		"9":  PIV,
		"10": PIV,
	}[series]
}

// Application is what the card speaks: the application that is claimed, or else
// that of its series. It is empty where neither says.
func (f File) Application() Feature {
	for _, a := range []Feature{PIV, AuthentIC} {
		if slices.Contains(f.Features, a) {
			return a
		}
	}
	return Application(f.Series)
}

// Series is the feature of a card whose back says so: "series-9".
func Series(number string) Feature { return Feature("series-" + number) }

// OnCard reports whether a card on a bench is enough for a feature: no provider
// and no agent.
func OnCard(f Feature) bool {
	return strings.HasPrefix(string(f), string(Series(""))) || slices.Contains(ofCard(), f)
}

func ofCard() []Feature {
	return []Feature{Card, PCSC, AuthentIC, PIV, T0, T1, Extended, TestCard, PUK, Admin, FormatFirst, KeyManagement, CardKey, Toy, AsIssued, NHSNames, Bench}
}
