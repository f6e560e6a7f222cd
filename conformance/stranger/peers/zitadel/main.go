// Command zitadel is a minimal provider on github.com/zitadel/oidc as a login
// bench sees it: everything in memory, a person who is signed in at once.
// Arguments: address, PEM file of the signing key, redirect URI. The access
// token is a JWT.
package main

import (
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/smartcard-connect/smartcard-connect/conformance/stranger/peers/key"
)

func main() {
	address := os.Args[1]
	k, err := key.Read(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	s := &storage{key: k, redirect: os.Args[3], requests: map[string]*request{}, codes: map[string]string{}}
	provider, err := op.NewProvider(&op.Config{CodeMethodS256: true, CryptoKey: [32]byte{1}}, s,
		op.StaticIssuer("http://"+address), op.WithAllowInsecure(), op.WithLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	if err != nil {
		log.Fatal(err)
	}
	on := op.AuthCallbackURL(provider)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
		id := r.FormValue("id")
		if !s.signIn(id) {
			http.NotFound(w, r)
			return
		}
		http.Redirect(w, r, on(op.ContextWithIssuer(r.Context(), "http://"+address), id), http.StatusSeeOther)
	})
	mux.Handle("/", provider)
	l, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(l, mux))
}
