package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Channel is a way from the login page to the agent (protocol §4).
type Channel string

// The four channels.
const (
	Hub  Channel = "hub"
	JSON Channel = "json"
	Form Channel = "form"
	URI  Channel = "uri"
)

// Channels are all of them, in the order a login page tries them.
var Channels = []Channel{Hub, JSON, Form, URI}

// Knock is who knocks at the agent's door and under which name.
type Knock struct {
	Port   int
	Origin string // sent as Origin; empty sends none
	Host   string // sent as Host; empty is the true one
	// Transport of the hub; empty is longPolling.
	Transport string
}

func (k Knock) base() string { return "http://127.0.0.1:" + strconv.Itoa(k.Port) }

// Reply is the agent's AuthResponse (protocol §3). Over form and uri only
// Ticket and StatusCode come back.
type Reply struct {
	Ticket       string `json:"ticket"`
	Message      string `json:"message"`
	StatusCode   uint32 `json:"status_code"`
	StatusString string `json:"status_string"`
	Timestamp    string `json:"timestamp"`
}

// Refused is a door that does not open: an HTTP status other than 200.
type Refused struct {
	Status int
	Body   string
}

// Error names the status.
func (r Refused) Error() string { return fmt.Sprintf("the door answers %d: %.200s", r.Status, r.Body) }

// Hand gives the agent a transaction's id over hub, json or form.
func (b *Browser) Hand(ctx context.Context, k Knock, c Channel, id string) (Reply, error) {
	switch c {
	case Hub:
		return b.handHub(ctx, k, Argument(map[string]any{"version": 1, "id": id}))
	case JSON:
		body, _ := json.Marshal(map[string]any{"version": 1, "id": id}) // a string and a number
		return b.Post(ctx, k, "application/json", string(body))
	case Form:
		return b.Post(ctx, k, "application/x-www-form-urlencoded", url.Values{"id": {id}}.Encode())
	}
	return Reply{}, fmt.Errorf("channel %q is not for browsers alone", c)
}

func (b *Browser) handHub(ctx context.Context, k Knock, argument string) (Reply, error) {
	var r Reply
	raw, err := b.Hub(ctx, k, "authenticationhub", "requestToAuthenticate", argument)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(raw, &r)
}

// HandRaw sends the hub an argument that is not what it should be.
func (b *Browser) HandRaw(ctx context.Context, k Knock, argument string) (Reply, error) {
	return b.handHub(ctx, k, argument)
}

// Post sends a body to /v1/authenticate and reads the answer of the json or
// the form channel.
func (b *Browser) Post(ctx context.Context, k Knock, contentType, body string) (Reply, error) {
	p, err := b.once(ctx, request{method: http.MethodPost, url: k.base() + "/v1/authenticate", body: body, contentType: contentType, origin: k.Origin, host: k.Host})
	if err != nil {
		return Reply{}, err
	}
	switch p.Status {
	case http.StatusOK:
		var r Reply
		return r, json.Unmarshal([]byte(p.Body), &r)
	case http.StatusSeeOther:
		return Returned(p.Header.Get("Location"))
	}
	return Reply{}, Refused{p.Status, p.Body}
}

// Returned reads the address that form and uri come back to.
func Returned(address string) (Reply, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Reply{}, err
	}
	values, err := url.ParseQuery(u.Fragment)
	if err != nil {
		return Reply{}, err
	}
	if ticket := values.Get("ticket"); ticket != "" {
		return Reply{Ticket: ticket}, nil
	}
	code, err := strconv.ParseUint(values.Get("status"), 10, 32)
	if err != nil {
		return Reply{}, fmt.Errorf("%q brings neither ticket nor status", address)
	}
	return Reply{StatusCode: uint32(code)}, nil
}

// Get fetches one of the door's or the port service's own pages.
func (b *Browser) Get(ctx context.Context, k Knock, path string) (*Page, error) {
	return b.once(ctx, request{method: http.MethodGet, url: k.base() + path, origin: k.Origin, host: k.Host})
}

// Preflight asks as a browser does before a JSON request, and as one that
// guards its network's address spaces.
func (b *Browser) Preflight(ctx context.Context, k Knock, path string) (*Page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodOptions, k.base()+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Origin", k.Origin)
	req.Header.Set("Access-Control-Request-Method", http.MethodPost)
	req.Header.Set("Access-Control-Request-Headers", "content-type")
	req.Header.Set("Access-Control-Request-Private-Network", "true")
	resp, err := b.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return &Page{URL: req.URL, Status: resp.StatusCode, Header: resp.Header}, nil
}
