package local

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
	"github.com/smartcard-connect/smartcard-connect/agent/signin"
)

// maxBody is the strict door's limit (PROTOCOL.md §4).
const maxBody = 4096

// AuthResponse is how a page learns the end of a sign-in (PROTOCOL.md §3).
type AuthResponse struct {
	Ticket    string        `json:"ticket"`
	Message   string        `json:"message"`
	Code      signin.Status `json:"status_code"`
	Status    string        `json:"status_string"`
	Timestamp string        `json:"timestamp"`
}

func (d *Door) authResponse(r signin.Result) AuthResponse {
	a := AuthResponse{Ticket: r.Ticket, Code: r.Status, Status: r.Status.String(),
		Timestamp: d.now().UTC().Format("2006-01-02T15:04:05.0000000Z")}
	if r.Status != signin.OK {
		a.Message = r.Message()
	}
	return a
}

// status says that an agent is here, and nothing about its user.
func (d *Door) status(w http.ResponseWriter, r *http.Request) {
	if _, ok := d.login(w, r); !ok || !d.allowed(w, r, http.MethodGet) {
		return
	}
	answer(w, http.StatusOK, map[string]any{"version": 1, "protocol": 1, "running": true})
}

// place says where one sign-in of this very page is: on the screen, or how far
// down the queue.
func (d *Door) place(w http.ResponseWriter, r *http.Request) {
	if _, ok := d.login(w, r); !ok || !d.allowed(w, r, http.MethodGet) {
		return
	}
	at, ok := 0, false
	if d.Position != nil {
		at, ok = d.Position(r.Header.Get("Origin"), r.PathValue("id"))
	}
	if !ok {
		refuse(w, http.StatusNotFound, "no sign-in of this page has this id now")
		return
	}
	answer(w, http.StatusOK, map[string]int{"version": 1, "position": at})
}

// authenticate is the json and the form channel.
func (d *Door) authenticate(w http.ResponseWriter, r *http.Request) {
	issuer, ok := d.login(w, r)
	if !ok || !d.allowed(w, r, http.MethodPost) {
		return
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	switch kind {
	case "application/json":
		d.jsonChannel(w, r, issuer)
	case "application/x-www-form-urlencoded":
		d.formChannel(w, r, issuer)
	default:
		refuse(w, http.StatusUnsupportedMediaType, "application/json or a form is wanted")
	}
}

// login finds the issuer by the page's origin and lets that page read the
// answer.
func (d *Door) login(w http.ResponseWriter, r *http.Request) (settings.Issuer, bool) {
	issuer, ok := d.settings().LoginIssuer(r.Header.Get("Origin"))
	if !ok {
		refuse(w, http.StatusForbidden, "this origin may not start a sign-in")
		return issuer, false
	}
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	return issuer, true
}

// allowed answers a preflight and refuses other methods.
func (d *Door) allowed(w http.ResponseWriter, r *http.Request, method string) bool {
	if r.Method == method {
		return true
	}
	w.Header().Set("Allow", method+", OPTIONS")
	if r.Method != http.MethodOptions {
		refuse(w, http.StatusMethodNotAllowed, method+" is wanted")
		return false
	}
	preflight(w, r, method, "Content-Type")
	return false
}

func (d *Door) jsonChannel(w http.ResponseWriter, r *http.Request, issuer settings.Issuer) {
	body, ok := read(w, r, maxBody)
	if !ok {
		return
	}
	id, err := parseID(body)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	origin := r.Header.Get("Origin")
	if !d.rate.allow(origin, d.now()) {
		refuse(w, http.StatusTooManyRequests, "too many sign-ins; wait a minute")
		return
	}
	forgotten(w)
	answer(w, http.StatusOK, d.authResponse(d.SignIn(r.Context(), Wish{Origin: origin, Issuer: issuer, ID: id})))
}

// parseID reads {"version":1,"id":"…"} with nothing else in it.
func parseID(body []byte) (string, error) {
	var m struct {
		Version int    `json:"version"`
		ID      string `json:"id"`
	}
	if err := once(body); err != nil {
		return "", err
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return "", fmt.Errorf("the body is not as wanted: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return "", errors.New("something follows the object")
	}
	if m.Version != 1 {
		return "", fmt.Errorf("version %d is not 1", m.Version)
	}
	if !signin.ValidID(m.ID) {
		return "", errors.New("malformed id")
	}
	return m.ID, nil
}

// once refuses a flat object that names a member twice, or in another case:
// two readers would see two ids (RFC 8259 §4). What else is wrong is left to
// the decoder.
func once(body []byte) error {
	seen := map[string]bool{}
	decoder := json.NewDecoder(bytes.NewReader(body))
	_, err := decoder.Token()
	for err == nil && decoder.More() {
		var name json.Token
		if name, err = decoder.Token(); err != nil {
			break
		}
		member, _ := name.(string)
		if seen[member] || (member != "version" && member != "id") {
			return errors.New("only version and id are wanted, once each")
		}
		seen[member] = true
		_, err = decoder.Token()
	}
	return nil
}

// formChannel serves a top-level navigation: the answer is the way back to the
// provider, whose address comes from the settings and never from the page.
func (d *Door) formChannel(w http.ResponseWriter, r *http.Request, issuer settings.Issuer) {
	w.Header().Del("Access-Control-Allow-Origin")
	if d.settings().HandOverFallback == "no" {
		refuse(w, http.StatusForbidden, "the settings of this computer (HandOverFallback) do not allow forms")
		return
	}
	if !navigation(r.Header) {
		refuse(w, http.StatusForbidden, "a form must be a page of its own, not part of one")
		return
	}
	body, ok := read(w, r, maxBody)
	if !ok {
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || len(form) != 1 || len(form["id"]) != 1 || !signin.ValidID(form.Get("id")) {
		refuse(w, http.StatusBadRequest, "one field, id, is wanted")
		return
	}
	origin := r.Header.Get("Origin")
	if !d.rate.allow(origin, d.now()) {
		refuse(w, http.StatusTooManyRequests, "too many sign-ins; wait a minute")
		return
	}
	result := d.SignIn(r.Context(), Wish{Origin: origin, Issuer: issuer, ID: form.Get("id")})
	forgotten(w)
	w.Header().Set("Location", Return(issuer, result))
	w.WriteHeader(http.StatusSeeOther)
}

// forgotten ends the connection with its answer: the buffer of one that is kept
// would hold the ticket.
func forgotten(w http.ResponseWriter) { w.Header().Set("Connection", "close") }

// navigation holds what browsers say about a request against what it should be:
// a navigation of a whole window. Older ones say nothing.
func navigation(h http.Header) bool {
	mode, dest := h.Get("Sec-Fetch-Mode"), h.Get("Sec-Fetch-Dest")
	return (mode == "" || mode == "navigate") && (dest == "" || dest == "document")
}

// Return is where the form and uri channels end (PROTOCOL.md §4).
func Return(issuer settings.Issuer, r signin.Result) string {
	if r.Status != signin.OK {
		return fmt.Sprintf("%s#status=%d", issuer.Endpoint("/smartcard/return"), r.Status)
	}
	return issuer.Endpoint("/smartcard/return") + "#ticket=" + url.QueryEscape(r.Ticket)
}

// bodyTime bounds how slowly a body may come in. The server itself has no read
// timeout, as that would end a sign-in while its person types.
const bodyTime = 10 * time.Second

func read(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, bool) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTime))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	_ = control.SetReadDeadline(time.Time{})
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("at most %d bytes are read", limit))
	case err != nil:
		refuse(w, http.StatusBadRequest, "the body did not come in whole")
	}
	return body, err == nil
}
