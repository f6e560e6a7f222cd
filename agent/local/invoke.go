package local

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/signin"
	"github.com/smartcard-connect/smartcard-connect/agent/signing"
)

// maxInvocation is room for 250 prescriptions.
const maxInvocation = 8 << 20

// invocation is the form field data of /send.
type invocation struct {
	Hub       string            `json:"H"`
	Method    string            `json:"M"`
	Arguments []json.RawMessage `json:"A"`
	ID        json.RawMessage   `json:"I"` // a number or a string
}

// send runs an invocation. Its result is this reply's body: clients ignore one
// that comes by poll.
func (d *Door) send(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		refuse(w, http.StatusMethodNotAllowed, "POST is wanted")
		return
	}
	if _, ok := d.connected(w, r); !ok {
		return
	}
	body, ok := read(w, r, maxInvocation)
	if !ok {
		return
	}
	call, err := parseInvocation(body)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	id := strings.Trim(string(call.ID), `"`)
	result, err := d.invoke(r, call)
	if err != nil {
		answer(w, http.StatusOK, map[string]any{"E": err.Error(), "H": true, "I": id})
		return
	}
	answer(w, http.StatusOK, map[string]any{"R": result, "I": id})
}

func parseInvocation(body []byte) (invocation, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return invocation{}, fmt.Errorf("the body is not a form: %w", err)
	}
	var call invocation
	if err := json.Unmarshal([]byte(form.Get("data")), &call); err != nil {
		return invocation{}, fmt.Errorf("data is not an invocation: %w", err)
	}
	return call, nil
}

// invoke finds hub and method without case, as ASP.NET does. Each hub has its
// own list of origins.
func (d *Door) invoke(r *http.Request, call invocation) (any, error) {
	origin := r.Header.Get("Origin")
	var argument string
	one := len(call.Arguments) == 1 && json.Unmarshal(call.Arguments[0], &argument) == nil
	switch hub, method := strings.ToLower(call.Hub), strings.ToLower(call.Method); {
	case hub != "signinghub" && hub != "authenticationhub":
		return nil, fmt.Errorf("'%s' Hub could not be resolved.", call.Hub) //nolint:staticcheck // the text clients know
	case hub == "signinghub" && method == "requesttosign":
		if !d.settings().SigningOrigin(origin) {
			return nil, fmt.Errorf("%s may not ask for signatures", origin)
		}
		if !one {
			argument = "" // the signing service says what it wants
		}
		return d.sign(r, origin, argument), nil
	case hub == "authenticationhub" && method == "requesttoauthenticate":
		return d.authenticateByHub(r, origin, argument)
	}
	return nil, fmt.Errorf("'%s' method could not be resolved", call.Method)
}

func (d *Door) sign(r *http.Request, origin, argument string) any {
	if !d.rate.allow(d.now()) {
		return signing.Busy(d.now())
	}
	return d.Sign(r.Context(), origin, argument)
}

func (d *Door) authenticateByHub(r *http.Request, origin, argument string) (any, error) {
	issuer, ok := d.settings().LoginIssuer(origin)
	if !ok {
		return nil, fmt.Errorf("%s may not start a sign-in", origin)
	}
	raw, err := base64.StdEncoding.DecodeString(argument)
	if err != nil {
		return d.authResponse(signin.Result{Status: signin.BadArgument}), nil
	}
	id, err := parseID(raw)
	if err != nil {
		return d.authResponse(signin.Result{Status: signin.BadArgument}), nil
	}
	if !d.rate.allow(d.now()) {
		return d.authResponse(signin.Result{Status: signin.Busy}), nil
	}
	return d.authResponse(d.SignIn(r.Context(), issuer, id)), nil
}
