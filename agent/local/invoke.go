package local

import (
	"context"
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

// result is an invocation's end, as clients read it.
type result struct {
	Error string `json:"E,omitempty"`
	Hub   bool   `json:"H,omitempty"` // the error is the hub's
	ID    string `json:"I"`
	Value any    `json:"R,omitempty"`
}

func (i invocation) id() string { return strings.Trim(string(i.ID), `"`) }

func failed(call invocation, err error) result {
	return result{Error: err.Error(), Hub: true, ID: call.id()}
}

// send runs an invocation. Its result is this reply's body: clients ignore one
// that comes by poll.
func (d *Door) send(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		refuse(w, http.StatusMethodNotAllowed, "POST is wanted")
		return
	}
	c, ok := d.connected(w, r)
	if !ok {
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
	run, err := d.begin(r.Context(), r.Header.Get("Origin"), c, call)
	if err != nil {
		answer(w, http.StatusOK, failed(call, err))
		return
	}
	forgotten(w)
	answer(w, http.StatusOK, run())
}

// begin counts an invocation of c, and run runs it. Its progress goes to the
// page by whatever transport c has.
func (d *Door) begin(ctx context.Context, origin string, c *connection, call invocation) (run func() result, err error) {
	done, err := d.hub.call(c, call.id(), d.now)
	if err != nil {
		return nil, err
	}
	return func() result {
		defer done()
		w := Wish{Origin: origin, Tell: func(at int) { d.hub.tell(c, call.id(), at) }}
		value, err := d.invoke(ctx, w, call)
		if err != nil {
			return failed(call, err)
		}
		return result{ID: call.id(), Value: value}
	}, nil
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
func (d *Door) invoke(ctx context.Context, w Wish, call invocation) (any, error) {
	var argument string
	one := len(call.Arguments) == 1 && json.Unmarshal(call.Arguments[0], &argument) == nil
	switch hub, method := strings.ToLower(call.Hub), strings.ToLower(call.Method); {
	case hub != "signinghub" && hub != "authenticationhub":
		return nil, fmt.Errorf("'%s' Hub could not be resolved.", call.Hub) //nolint:staticcheck // the text clients know
	case hub == "signinghub" && method == "requesttosign":
		if !d.settings().SigningOrigin(w.Origin) {
			return nil, fmt.Errorf("%s may not ask for signatures", w.Origin)
		}
		if one {
			w.Argument = argument // if not, the signing service says what it wants
		}
		return d.sign(ctx, w), nil
	case hub == "authenticationhub" && method == "requesttoauthenticate":
		return d.authenticateByHub(ctx, w, argument)
	}
	return nil, fmt.Errorf("'%s' method could not be resolved", call.Method)
}

func (d *Door) sign(ctx context.Context, w Wish) any {
	if !d.rate.allow(w.Origin, d.now()) {
		return signing.Busy(d.now())
	}
	return d.Sign(ctx, w)
}

func (d *Door) authenticateByHub(ctx context.Context, w Wish, argument string) (any, error) {
	var ok bool
	if w.Issuer, ok = d.settings().LoginIssuer(w.Origin); !ok {
		return nil, fmt.Errorf("%s may not start a sign-in", w.Origin)
	}
	raw, err := base64.StdEncoding.DecodeString(argument)
	if err != nil {
		return d.authResponse(signin.Result{Status: signin.BadArgument}), nil
	}
	if w.ID, err = parseID(raw); err != nil {
		return d.authResponse(signin.Result{Status: signin.BadArgument}), nil
	}
	if !d.rate.allow(w.Origin, d.now()) {
		return d.authResponse(signin.Result{Status: signin.Busy}), nil
	}
	return d.authResponse(d.SignIn(ctx, w)), nil
}
