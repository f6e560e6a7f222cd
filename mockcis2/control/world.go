package control

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/client"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

func (d Door) provider(w http.ResponseWriter, _ *http.Request) {
	client.Answer(w, http.StatusOK, map[string]string{"issuer": d.Server.Issuer(), "url": d.Server.URL(), "environment": d.Environment})
}

func (d Door) activeFaults(w http.ResponseWriter, _ *http.Request) {
	client.Answer(w, http.StatusOK, d.Server.ActiveFaults())
}

func knownFaults(w http.ResponseWriter, _ *http.Request) {
	client.Answer(w, http.StatusOK, fault.List())
}

func (d Door) addFault(w http.ResponseWriter, r *http.Request) {
	var body struct {
		ID string `json:"id"`
	}
	if client.Body(w, r, &body) {
		done(w, d.Server.AddFault(body.ID))
	}
}

func (d Door) setFaults(w http.ResponseWriter, r *http.Request) {
	var body struct {
		IDs []string `json:"ids"`
	}
	if client.Body(w, r, &body) {
		done(w, d.Server.SetFaults(body.IDs...))
	}
}

func (d Door) clearFaults(w http.ResponseWriter, _ *http.Request) { done(w, d.Server.SetFaults()) }

func (d Door) removeFault(w http.ResponseWriter, r *http.Request) {
	on := d.Server.ActiveFaults()
	i := slices.Index(on, r.PathValue("id"))
	if i < 0 {
		client.Refuse(w, http.StatusNotFound, fmt.Errorf("the fault %q is not on", r.PathValue("id")))
		return
	}
	done(w, d.Server.SetFaults(slices.Delete(on, i, i+1)...))
}

func (d Door) history(w http.ResponseWriter, _ *http.Request) {
	client.Answer(w, http.StatusOK, d.Server.History())
}

func (d Door) forget(w http.ResponseWriter, _ *http.Request) { d.Server.ForgetHistory(); done(w, nil) }

func (d Door) rotate(w http.ResponseWriter, _ *http.Request) { d.Server.RotateKey(); done(w, nil) }
