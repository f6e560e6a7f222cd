package control

import (
	"crypto/rand"
	"fmt"
	"net/http"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/client"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// clients are all applications, without their secrets.
func (d Door) clients(w http.ResponseWriter, _ *http.Request) {
	all := d.Server.Registered()
	for i := range all {
		all[i] = shown(all[i])
	}
	client.Answer(w, http.StatusOK, all)
}

func (d Door) client(w http.ResponseWriter, r *http.Request) {
	c, ok := d.Server.Client(r.PathValue("id"))
	if !ok {
		client.Refuse(w, http.StatusNotFound, fmt.Errorf("no client has the id %q", r.PathValue("id")))
		return
	}
	client.Answer(w, http.StatusOK, shown(c))
}

// shown leaves the secret out: it is told once, to who registers.
func shown(c op.Client) op.Client {
	c.Secret = ""
	return c
}

// addClient registers a new application. Without client_secret, a method that
// needs one gets it made; the answer is the only one that has it.
func (d Door) addClient(w http.ResponseWriter, r *http.Request) {
	var c op.Client
	if !client.Body(w, r, &c) {
		return
	}
	if _, taken := d.Server.Client(c.ID); taken {
		client.Refuse(w, http.StatusConflict, fmt.Errorf("client_id: %q is taken; PUT changes it", c.ID))
		return
	}
	d.register(w, withSecret(c, ""), http.StatusCreated)
}

// setClient registers or changes the application of the path. Without
// client_secret, the one it has stays.
func (d Door) setClient(w http.ResponseWriter, r *http.Request) {
	var c op.Client
	if !client.Body(w, r, &c) {
		return
	}
	if c.ID != r.PathValue("id") {
		client.Refuse(w, http.StatusBadRequest, client.Flaw{Field: "client_id", Problem: "is not that of the path"})
		return
	}
	old, _ := d.Server.Client(c.ID)
	d.register(w, withSecret(c, old.Secret), http.StatusOK)
}

func (d Door) register(w http.ResponseWriter, c op.Client, status int) {
	if err := d.Server.SetClient(c); err != nil {
		client.Refuse(w, http.StatusBadRequest, err)
		return
	}
	client.Answer(w, status, c)
}

// withSecret gives a client that has to have a secret and brought none the old
// one, or a new one.
func withSecret(c op.Client, old string) op.Client {
	if c.Secret != "" || c.Method == "private_key_jwt" || c.Method == "none" {
		return c
	}
	if c.Secret = old; old == "" {
		c.Secret = rand.Text()
	}
	return c
}

func (d Door) removeClient(w http.ResponseWriter, r *http.Request) {
	gone(w, d.Server.RemoveClient(r.PathValue("id")))
}
