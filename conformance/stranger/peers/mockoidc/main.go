// Command mockoidc is github.com/oauth2-proxy/mockoidc as a login bench sees it.
// Arguments: address, PEM file of the signing key. It takes any redirect URI,
// and signs three JWTs a login: its refresh token is one too.
package main

import (
	"log"
	"net"
	"os"

	"github.com/oauth2-proxy/mockoidc"

	"github.com/smartcard-connect/smartcard-connect/conformance/stranger/peers/key"
)

func main() {
	k, err := key.Read(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	m, err := mockoidc.NewServer(k)
	if err != nil {
		log.Fatal(err)
	}
	m.ClientID, m.ClientSecret = "bench", "bench-secret"
	l, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	if err := m.Start(l, nil); err != nil {
		log.Fatal(err)
	}
	select {}
}
