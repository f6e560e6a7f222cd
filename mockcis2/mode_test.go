package mockcis2_test

import (
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// Requirement: mode and environment are settings of the server; an unknown
// environment does not start. Source: facts on CIS2 section 1.1. Turned red by:
// a setting that does not reach the endpoints.
func TestModeAndEnvironment(t *testing.T) {
	s := &mockcis2.Server{Environment: "dev", Mode: op.Extended()}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if !strings.HasSuffix(s.Issuer(), "/openam/oauth2/realms/root/realms/oidc") || !strings.Contains(document(t, s, "/.well-known/openid-configuration"), `"introspection_endpoint"`) {
		t.Errorf("%s", s.Issuer())
	}
	_, claims, err := first(t, s).redeem(signIn(t, newBrowser(t), first(t, s), holder(s, 0), "").Get("code"))
	if err == nil || claims != nil {
		t.Error("two applications shared a verifier")
	}
	a := first(t, s)
	if _, claims, err = a.redeem(signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code")); err != nil || claims["realm"] != "/oidc" {
		t.Errorf("realm %v, %v", claims["realm"], err)
	}
	if err := (&mockcis2.Server{Environment: "prod"}).Start(); err == nil {
		t.Error("an unknown environment started")
	}
}

// Requirement: 200 people sign in at once by card, each gets their own token,
// and there is no data race (issue). Turned red, under -race, by: a map without
// its lock.
func TestParallelLogins(t *testing.T) {
	s := start(t)
	cards := []card{holder(s, 0), holder(s, 2)}
	var all sync.WaitGroup
	for i := range 200 {
		a, b, c := first(t, s), newBrowser(t), cards[i%len(cards)]
		all.Go(func() {
			code, err := b.signIn(a, c)
			if err != nil {
				t.Error(err)
				return
			}
			if _, claims, err := a.redeem(code); err != nil || claims["sub"] != c.id.Holder.UUID {
				t.Errorf("%v, %v", claims["sub"], err)
			}
		})
	}
	all.Wait()
}

// signIn is signIn for a goroutine: it answers with the code or an error.
func (b browser) signIn(a application, c card) (string, error) {
	r, err := b.Get(a.url())
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	id := r.Request.URL.Path[strings.LastIndex(r.Request.URL.Path, "/")+1:]
	request, err := fetch(c.issuer, id)
	if err != nil {
		return "", err
	}
	c.now = time.Now() // its turn may have come late
	ticket, err := c.prove(request, nil)
	if err != nil {
		return "", err
	}
	welcome, err := b.PostForm(c.issuer+"/smartcard/complete", url.Values{"ticket": {ticket}})
	if err != nil {
		return "", err
	}
	defer welcome.Body.Close()
	home, err := b.PostForm(welcome.Request.URL.String(), url.Values{"action": {"continue"}})
	if err != nil {
		return "", err
	}
	defer home.Body.Close()
	to, err := home.Location()
	if err != nil {
		return "", err
	}
	return to.Query().Get("code"), nil
}
