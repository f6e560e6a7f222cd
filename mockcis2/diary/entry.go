package diary

import (
	"net/url"
	"time"
)

// Entry is one request with its answer, or an event. Its JSON is one line of
// the export; entry.schema.json describes it.
type Entry struct {
	Seq  int           `json:"seq"`          // from 1, without gaps
	At   time.Time     `json:"at"`           // provider's clock, when the request came
	Took time.Duration `json:"took_ns"`      // on the provider's clock
	Flow string        `json:"flow"`         // flow-1, flow-2, …; empty when it belongs to none
	Tx   string        `json:"tx,omitempty"` // the transaction, where the request or its answer names it

	Event string `json:"event,omitempty"` // what happened; then nothing below is set but told
	Told  *Told  `json:"told,omitempty"`  // it was a logout token that was sent

	Endpoint  string            `json:"endpoint,omitempty"` // see Endpoint
	Client    string            `json:"client,omitempty"`   // as it calls itself; not proven
	Method    string            `json:"method,omitempty"`
	Host      string            `json:"host,omitempty"`
	Path      string            `json:"path,omitempty"`
	Query     url.Values        `json:"query,omitempty"`   // redacted
	Form      url.Values        `json:"form,omitempty"`    // of a form body, redacted
	Headers   map[string]string `json:"headers,omitempty"` // a chosen few, redacted
	Remote    string            `json:"remote,omitempty"`  // address without port
	Marks     map[string]Mark   `json:"marks,omitempty"`   // of blanked parameters, by name; "bearer" and "basic" are from the header
	Assertion *Token            `json:"assertion,omitempty"`
	Answer    *Answer           `json:"answer,omitempty"`
}

// Mark stands for a blanked value.
type Mark struct {
	Hash   string `json:"hash"`   // 64 bits of HMAC-SHA-256, hex: equal values, equal hashes
	Length int    `json:"length"` // bytes
	Kinds  int    `json:"kinds"`  // how many different bytes
}

// Answer is what the provider said, redacted.
type Answer struct {
	Status      int             `json:"status"`
	Type        string          `json:"type,omitempty"` // media type
	Size        int64           `json:"size"`           // bytes of body
	Aborted     bool            `json:"aborted,omitempty"`
	Error       string          `json:"error,omitempty"` // OAuth error, from body or redirect
	Description string          `json:"error_description,omitempty"`
	Location    string          `json:"location,omitempty"` // without query and fragment
	Params      url.Values      `json:"params,omitempty"`   // of the redirect or the posted form, redacted
	Issued      map[string]Mark `json:"issued,omitempty"`   // code, state, access_token, id_token, …
	ExpiresIn   int64           `json:"expires_in,omitempty"`
	IDToken     *Token          `json:"id_token,omitempty"`
	Keys        []string        `json:"keys,omitempty"` // kid of each key in a key set
}

// Token is what a JWT says, not verified. Times are Unix seconds, 0 is absent.
type Token struct {
	Alg        string   `json:"alg,omitempty"`
	KeyID      string   `json:"kid,omitempty"`
	Typ        string   `json:"typ,omitempty"`
	Issuer     string   `json:"iss,omitempty"`
	Subject    string   `json:"sub,omitempty"` // a person's is hashed
	Audience   []string `json:"aud,omitempty"`
	AudArray   bool     `json:"aud_array,omitempty"` // aud was a list
	ID         string   `json:"jti,omitempty"`       // hashed
	Nonce      string   `json:"nonce,omitempty"`     // hashed
	Tx         string   `json:"txn,omitempty"`
	ACR        string   `json:"acr,omitempty"`
	Issued     int64    `json:"iat,omitempty"`
	Begins     int64    `json:"nbf,omitempty"`
	Ends       int64    `json:"exp,omitempty"`
	AuthTime   int64    `json:"auth_time,omitempty"`
	AtHash     string   `json:"at_hash,omitempty"`            // as it is: half a hash
	AtWrong    bool     `json:"at_hash_wrong,omitempty"`      // at_hash is not of the access token beside it
	Numbers    bool     `json:"levels_are_numbers,omitempty"` // an assurance level was no string
	Unreadable bool     `json:"unreadable,omitempty"`         // not a compact JWS of JSON
}

// Value is the parameter of this name from query or form, redacted.
func (e Entry) Value(name string) string {
	if e.Query.Has(name) {
		return e.Query.Get(name)
	}
	return e.Form.Get(name)
}

// Has says whether the parameter was sent, empty or not.
func (e Entry) Has(name string) bool { return e.Query.Has(name) || e.Form.Has(name) }

// Hash is that of a blanked parameter, or empty.
func (e Entry) Hash(name string) string { return e.Marks[name].Hash }

// Status is that of the answer; 0 for an event.
func (e Entry) Status() int {
	if e.Answer == nil {
		return 0
	}
	return e.Answer.Status
}

// Refused is the OAuth error answered, or empty.
func (e Entry) Refused() string {
	if e.Answer == nil {
		return ""
	}
	return e.Answer.Error
}

// Got is the hash of something that the answer issued, or empty.
func (e Entry) Got(name string) string {
	if e.Answer == nil {
		return ""
	}
	return e.Answer.Issued[name].Hash
}
