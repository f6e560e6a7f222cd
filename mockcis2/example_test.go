package mockcis2_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/shortcut"
)

// Three lines give a test a provider.
func Example() {
	s := &mockcis2.Server{}
	if err := s.Start(); err != nil {
		panic(err)
	}
	defer s.Close()

	fmt.Println(strings.TrimPrefix(s.Issuer(), s.URL()))
	// Output: /openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare
}

// A test signs a person in without card or page: Start is where the
// application begins, Stop is its redirect URI.
func ExampleServer_As() {
	s := &mockcis2.Server{}
	if err := s.Start(); err != nil {
		panic(err)
	}
	defer s.Close()
	visit := shortcut.Visit{
		Start: s.Issuer() + "/authorize?response_type=code&client_id=999999999901.apps.national" +
			"&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&scope=openid&state=0123456789",
		Stop:     "http://127.0.0.1/callback",
		Complete: s.As("555000000017", ""),
	}
	page, err := visit.Run(context.Background())
	if err != nil {
		panic(err)
	}

	fmt.Println(page.URL.Path, page.URL.Query().Get("state"), page.URL.Query().Get("code") != "")
	// Output: /callback 0123456789 true
}
