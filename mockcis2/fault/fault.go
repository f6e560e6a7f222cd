// Package fault names the ways in which the provider can misbehave on request.
// No fault on is a correct provider. One file is one fault; All lists them.
//
// Most faults live in a Layer between the network and the provider: they change
// or replace one answer. The others make the provider itself lax and are asked
// for, by Set.On, at the one place that they weaken. All can be aimed at one
// client, one flow or the n-th request by parameters behind their ID, such as
// provider.wrong-nonce:client=999999999901.apps.national,n=2.
package fault

import (
	"net/http"
	"time"
)

// Endpoints of the provider, as the parameter endpoint names them.
const (
	Discovery = "discovery" // .well-known/openid-configuration
	JWKS      = "jwks"      // connect/jwk_uri
	Authorize = "authorize"
	Token     = "token" // access_token
	UserInfo  = "userinfo"
	Login     = "login"     // the page that hands over to the agent
	Role      = "role"      // the page "Signed in as"
	Abandon   = "abandon"   // the way back after a failure
	Complete  = "complete"  // where the page brings the ticket
	Request   = "request"   // where the agent fetches what to sign
	Failure   = "failure"   // where the agent reports a failure
	Assertion = "assertion" // where the agent proves the card
	Logout    = "logout"    // connect/endSession
	// Endpoints that only some modes have.
	PAR        = "par"        // par
	Introspect = "introspect" // introspect
	Revoke     = "revoke"     // token/revoke
	// Callback is no endpoint but the answer of one that takes the browser back
	// to the application.
	Callback = "callback"
	// Backchannel is no endpoint either but a logout token that the provider
	// sends to an application.
	Backchannel = "backchannel"
)

// Info is one fault.
type Info struct {
	ID     string  `json:"id"`                // provider.…, never changes
	Title  string  `json:"title"`             // what is wrong
	Why    string  `json:"why"`               // who has really done this
	Source string  `json:"source,omitempty"`  // standard and section that the other side holds on to
	RPTest string  `json:"rp_test,omitempty"` // the OpenID Foundation's relying party test of the same
	Params []Param `json:"params,omitempty"`  // behind the ID
	Mode   string  `json:"mode,omitempty"`    // in which it shows: extended, or fapi2; empty is every one
	Owes   Owes    `json:"owes"`

	At   []string `json:"-"` // where it shows; each request there is counted
	Also []string `json:"-"` // where it acts too, uncounted, whoever asks

	IDToken  func(claims map[string]any, now time.Time)         `json:"-"` // changes an ID token's claims
	Sealed   func(c *Call, t *JWT)                              `json:"-"` // changes an ID token's header, claims or signature
	Request  func(claims map[string]any, now time.Time)         `json:"-"` // changes a smartcard request
	UserInfo func(claims map[string]any)                        `json:"-"` // changes a userinfo answer
	Answer   func(c *Call, a *Answer)                           `json:"-"` // changes any answer
	Instead  func(c *Call, w http.ResponseWriter) (served bool) `json:"-"` // answers in the provider's place

	LogoutToken func(c *Call, t *JWT)      `json:"-"` // changes a logout token
	Delivery    func(c *Call, d *Delivery) `json:"-"` // changes how it is sent

	In  func(x *Exchange) `json:"-"` // changes a request before it is looked at
	Out func(x *Exchange) `json:"-"` // changes an answer before it leaves; for checks of a provider
}

// What becomes of the sign-in at a correct relying party; of the session, where
// the fault shows when it ends.
const (
	Refuse  = "refuse"  // nobody is signed in, and the reason is said
	Survive = "survive" // the right person is signed in
	Either  = "either"  // the standard leaves it to the relying party
)

// Owes is what the other side owes when it meets a fault.
type Owes struct {
	Who    string `json:"who"`    // whom the fault tries: rp, agent, or check for a provider too lax
	Expect string `json:"expect"` // Refuse, Survive or Either
	Text   string `json:"text"`   // one sentence
}

// refuse is owed by a relying party that must sign nobody in.
func refuse(text string) Owes { return Owes{"rp", Refuse, text} }

// survive is owed by a relying party that must sign the person in.
func survive(text string) Owes { return Owes{"rp", Survive, text} }

// either is owed by a relying party that may choose.
func either(text string) Owes { return Owes{"rp", Either, text} }

// agent is owed by the smartcard agent; nobody is signed in.
func agent(text string) Owes { return Owes{"agent", Refuse, text} }

// lax is owed by nobody: sign-ins work, and a check must notice.
func lax(source string) Owes {
	return Owes{"check", Survive, "nothing; a check must notice (" + source + ")"}
}
