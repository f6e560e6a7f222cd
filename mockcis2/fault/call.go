package fault

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

// World is what faults need of the provider. All fields are needed.
type World struct {
	Issuer string
	Now    func() time.Time
	Alg    string                                           // of what is signed for every client: RS256, PS256 or ES256
	Key    func(alg string) (key crypto.Signer, kid string) // the key that signs by alg now; nil when there is none
	Stray  func() *rsa.PrivateKey                           // a key that is not published
	Secret func(client string) string                       // of a client; empty is none
}

// Call is one request as faults see it.
type Call struct {
	World
	Endpoint string
	Client   string // client_id, empty when nobody says
	Flow     string // transaction id, empty when it is none of ours
	Form     url.Values
	Memory   *Memory

	request *http.Request
	values  values
}

// longestForm is how much of a body is looked at.
const longestForm = 1 << 16

// under names the endpoints by their path below the issuer.
var under = map[string]string{
	"/.well-known/openid-configuration": Discovery, "/connect/jwk_uri": JWKS, "/authorize": Authorize,
	"/access_token": Token, "/userinfo": UserInfo, "/smartcard/complete": Complete, "/smartcard/v1/assertions": Assertion,
	"/connect/endSession": Logout, "/par": PAR, "/introspect": Introspect, "/token/revoke": Revoke,
}

// owned names the endpoints whose path ends with a transaction's id.
var owned = map[string]string{
	"/smartcard/login": Login, "/smartcard/continue": Role, "/smartcard/resume": Role, "/smartcard/abandon": Abandon, "/smartcard/v1/requests": Request,
}

// place is the endpoint of a path below the issuer's, and the id in it.
func place(below string) (endpoint, id string) {
	if at := under[below]; at != "" {
		return at, ""
	}
	if rest, ok := strings.CutSuffix(below, "/failure"); ok {
		return Failure, path.Base(rest)
	}
	return owned[path.Dir(below)], path.Base(below)
}

// call reads who asks for what, and leaves the request as it was.
func (l *Layer) call(r *http.Request) *Call {
	c := &Call{World: l.World, request: r}
	body := c.parse()
	if !l.Set.none() {
		c.Form = maps.Clone(c.Form) // the provider changes its own
	}
	below, ours := strings.CutPrefix(r.URL.Path, l.path)
	if !ours {
		return c
	}
	c.Endpoint, c.Flow = place(below)
	switch c.Endpoint {
	case Token:
		c.Client, c.Flow = applicant(r, c.Form), l.links.of(c.Form.Get("code")).flow
	case PAR:
		c.Client = applicant(r, c.Form)
	case Introspect, Revoke:
		c.Client, c.Flow = applicant(r, c.Form), l.links.of(c.Form.Get("token")).flow
	case UserInfo:
		p := l.links.of(bearer(r, c.Form))
		c.Client, c.Flow = p.client, p.flow
	case Logout:
		p := l.links.of(c.Form.Get("id_token_hint"))
		c.Client, c.Flow = cmp.Or(c.Form.Get("client_id"), p.client), p.flow
	case Complete:
		c.Flow = l.links.of(c.Form.Get("ticket")).flow
	case Assertion:
		c.Flow, _ = unsealed(string(body))["txn"].(string)
	case Authorize:
		c.Client = c.Form.Get("client_id")
	}
	if c.Client == "" && c.Flow != "" {
		c.Client = l.links.of(c.Flow).client
	}
	return c
}

// parse reads address and body into Form, unless somebody has: the diary parses
// a GET into r.Form and a form without parameters in the address into r.PostForm.
// It returns the body where it read it.
func (c *Call) parse() []byte {
	switch r := c.request; {
	case r.Method == http.MethodGet && r.Form != nil:
		c.Form = r.Form
	case r.Method == http.MethodPost && r.PostForm != nil && r.URL.RawQuery == "":
		c.Form = r.PostForm
	default:
		c.Form = r.URL.Query()
		return c.peek()
	}
	return nil
}

// peek reads the body into Form and puts it back.
func (c *Call) peek() []byte {
	if c.request.Body == nil || c.request.Method != http.MethodPost {
		return nil
	}
	raw, err := io.ReadAll(io.LimitReader(c.request.Body, longestForm+1))
	rest := c.request.Body
	c.request.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(raw), rest), rest}
	if err != nil || len(raw) > longestForm {
		return nil
	}
	if strings.HasPrefix(c.request.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		posted, _ := url.ParseQuery(string(raw)) // what cannot be read names nobody
		for name, v := range posted {
			c.Form[name] = append(c.Form[name], v...)
		}
	}
	return raw
}

// applicant is the client that a token request says it is, unproved.
func applicant(r *http.Request, form url.Values) string {
	if id, _, ok := r.BasicAuth(); ok {
		if plain, err := url.QueryUnescape(id); err == nil {
			return plain
		}
	}
	if sub, ok := unsealed(form.Get("client_assertion"))["sub"].(string); ok {
		return sub
	}
	return form.Get("client_id")
}

func bearer(r *http.Request, form url.Values) string {
	if _, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok {
		return token
	}
	return form.Get("access_token")
}

// unsealed is the claims of a compact JWT, unverified; nil when it is none.
func unsealed(token string) map[string]any {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	var claims map[string]any
	if json.Unmarshal(raw, &claims) != nil {
		return nil
	}
	return claims
}
