package login

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// outcome is what a status code means to a person and to the application
// (PROTOCOL section 9).
type outcome struct{ text, oauth string }

// statusWrongPasscode is the row for credentials that stay wrong.
const statusWrongPasscode = 0x41555408

var outcomes = map[uint32]outcome{
	0x41555401: {"You cancelled signing in.", "access_denied"},
	0x41555402: {"No smartcard reader was found on this computer.", "access_denied"},
	0x41555403: {"No smartcard was put in before time ran out.", "access_denied"},
	0x41555404: {"There is more than one smartcard. Leave only yours in.", "access_denied"},
	0x41555405: {"This kind of smartcard cannot be used to sign in.", "access_denied"},
	0x41555406: {"The smartcard could not be read. Take it out, put it in again and start again.", "access_denied"},
	0x41555407: {"The certificate on this smartcard is out of date. Ask your Registration Authority to renew it.", "access_denied"},
	0x41555408: {"The passcode was wrong.", "access_denied"},
	0x41555409: {"The smartcard is locked. Ask your Registration Authority to unlock it.", "access_denied"},
	0x4155540A: {"The smartcard was taken out too early.", "access_denied"},
	0x4155540B: {"The passcode was not typed in time.", "access_denied"},
	0x4155540C: {"Signing in took too long. Start again from your application.", "access_denied"},
	0x4155540D: {"The smartcard program did not trust this request.", "server_error"},
	0x4155540E: {"The smartcard program could not reach this service.", "temporarily_unavailable"},
	0x4155540F: {"This service did not accept the smartcard.", "access_denied"},
	0x41555410: {"You said that you did not start this. Nothing was signed in.", "access_denied"},
	0x41555411: {"Another sign-in is already on the screen. Finish or cancel it first.", "temporarily_unavailable"},
	0x41555412: {"The smartcard program made a mistake. Its log says more.", "server_error"},
	0x41555413: {"The smartcard program did not understand this page.", "invalid_request"},
	0x41555414: {"This service only accepts registered computers, and this is not one.", "access_denied"},
	0x41555415: {"The smartcard's signature is wrong.", "access_denied"},
}

// meaning of a status; an unknown one, and 0, is the page's own: the smartcard
// program could not be reached.
func meaning(code uint32) outcome {
	if o, ok := outcomes[code]; ok {
		return o
	}
	return outcome{"The smartcard program could not be reached. Check that it is installed and running.", "access_denied"}
}

// label is the code a helpdesk asks for.
func label(code uint32) string {
	if _, ok := outcomes[code]; !ok {
		return codeOfRequest
	}
	return fmt.Sprintf("%s (AUT 0x%08X)", codeOfRequest, code)
}

// failure is POST {issuer}/smartcard/v1/requests/{id}/failure.
func (l *Login) failure(w http.ResponseWriter, r *http.Request) {
	var report struct {
		Version int    `json:"version"`
		Code    uint32 `json:"status_code"`
		Text    string `json:"status_string"`
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096))
	d.DisallowUnknownFields()
	if err := d.Decode(&report); err != nil || report.Version != 1 || outcomes[report.Code].text == "" {
		problem(w, http.StatusBadRequest, "invalid_request", "Not a failure report of version 1 with a known status_code.")
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.transactions[r.PathValue("id")]
	switch {
	case !ok:
		problem(w, http.StatusNotFound, "not_found", "The id is unknown.")
	case t.state != waiting && !(t.state == failed && l.Faults.On(r.Context(), fault.FailureRepeated)):
		problem(w, http.StatusConflict, "conflict", "The transaction has already ended.")
	default:
		t.state, t.failure = failed, report.Code
		l.Event(fmt.Sprintf("agent reports 0x%08X %s", report.Code, outcomes[report.Code].text))
		w.WriteHeader(http.StatusNoContent)
	}
}

// abandon takes the browser back to the application with an OAuth error.
func (l *Login) abandon(w http.ResponseWriter, r *http.Request) {
	form, ok := l.form(w, r, false)
	if !ok {
		return
	}
	t, ok := l.mine(r, r.PathValue("id"))
	if !ok {
		l.Refuse(w, r, http.StatusForbidden, "access_denied", "This sign-in was started in another browser, or has ended.")
		return
	}
	said, err := strconv.ParseUint(form.Get("status"), 10, 32)
	if err != nil && form.Get("status") != "" {
		l.Refuse(w, r, http.StatusBadRequest, "invalid_request", "status is not a number.")
		return
	}
	l.mu.Lock()
	over := t.state == ended
	if t.failure == 0 {
		t.failure = uint32(said)
	}
	code := t.failure
	l.conclude(t)
	l.mu.Unlock()
	if over {
		l.Refuse(w, r, http.StatusForbidden, "access_denied", "This sign-in has ended.")
		return
	}
	o := meaning(code)
	if tooOld(r.UserAgent()) != "" {
		l.Engine.Deny(w, r, t.ask, "access_denied", "The browser is too old to sign in with. "+codeOfRequest)
		return
	}
	l.Engine.Deny(w, r, t.ask, o.oauth, o.text+" "+label(code))
}
