package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/client"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/login"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
)

func (d Door) people(w http.ResponseWriter, _ *http.Request) {
	client.Answer(w, http.StatusOK, d.Server.Persons())
}

func (d Door) person(w http.ResponseWriter, r *http.Request) {
	p, ok := d.Server.Person(r.PathValue("uuid"))
	if !ok {
		client.Refuse(w, http.StatusNotFound, fmt.Errorf("nobody has the UUID %q", r.PathValue("uuid")))
		return
	}
	client.Answer(w, http.StatusOK, p)
}

// setPerson judges a persona as people.Read does a file.
func (d Door) setPerson(w http.ResponseWriter, r *http.Request) {
	var raw json.RawMessage
	if !client.Body(w, r, &raw) {
		return
	}
	p, err := people.Read(bytes.NewReader(raw))
	if err == nil && p.UUID != r.PathValue("uuid") {
		err = fmt.Errorf("uuid: %q is not that of the path", p.UUID)
	}
	if err == nil {
		err = d.Server.SetPerson(p)
	}
	done(w, err)
}

func (d Door) removePerson(w http.ResponseWriter, r *http.Request) {
	gone(w, d.Server.RemovePerson(r.PathValue("uuid")))
}

// gone answers 204, or 404 for what was not there.
func gone(w http.ResponseWriter, err error) {
	if err != nil {
		client.Refuse(w, http.StatusNotFound, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (d Door) revoke(w http.ResponseWriter, r *http.Request) {
	var body struct {
		UUID string `json:"uuid"`
	}
	if client.Body(w, r, &body) {
		done(w, d.Server.Revoke(body.UUID))
	}
}

func (d Door) transactions(w http.ResponseWriter, _ *http.Request) {
	client.Answer(w, http.StatusOK, d.Server.Transactions())
}

// complete signs a person in without card or page.
func (d Door) complete(w http.ResponseWriter, r *http.Request) {
	var body struct {
		UUID string `json:"uuid"`
		Role string `json:"role"`
	}
	if !client.Body(w, r, &body) {
		return
	}
	on, err := d.Server.Complete(r.PathValue("id"), body.UUID, body.Role)
	switch {
	case errors.Is(err, login.ErrUnknown):
		client.Refuse(w, http.StatusNotFound, err)
	case errors.Is(err, login.ErrOver), errors.Is(err, login.ErrRefused):
		client.Refuse(w, http.StatusConflict, err)
	default:
		client.Answer(w, http.StatusOK, map[string]string{"resume_url": on})
	}
}
