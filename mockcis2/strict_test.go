package mockcis2_test

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

// effect says whether a fault shows from outside.
type effect = func(t *testing.T, s *mockcis2.Server) bool

// lax are the effects of the faults that make one strict answer lax.
var lax = map[string]effect{
	"provider.discovery-other-issuer": func(t *testing.T, s *mockcis2.Server) bool {
		return !strings.Contains(document(t, s, "/.well-known/openid-configuration"), `"issuer":"`+s.Issuer()+`"`)
	},
	"provider.discovery-smartcard": func(t *testing.T, s *mockcis2.Server) bool {
		return strings.Contains(document(t, s, "/.well-known/openid-configuration"), "/smartcard/")
	},
	"provider.key-without-use": func(t *testing.T, s *mockcis2.Server) bool {
		return !strings.Contains(document(t, s, "/connect/jwk_uri"), `"use":"sig"`)
	},
	"provider.scopes-ignored": func(t *testing.T, s *mockcis2.Server) bool {
		a := newApplication(t, s, "999999999903.apps.national", "second-secret", "openid")
		token, _, err := a.redeem(signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code"))
		if err != nil {
			t.Fatal(err)
		}
		req, _ := http.NewRequest(http.MethodGet, s.Issuer()+"/userinfo", nil)
		token.SetAuthHeader(req)
		return strings.Contains(body(t, req), "nhsid_user_orgs")
	},
	"provider.code-unbound": func(t *testing.T, s *mockcis2.Server) bool {
		a, other := first(t, s), newApplication(t, s, "999999999903.apps.national", "second-secret")
		code := signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code")
		other.verifier, other.RedirectURL = a.verifier, a.RedirectURL
		_, _, err := other.redeem(code)
		return err == nil || !strings.Contains(err.Error(), "invalid_grant")
	},
	"provider.secret-unchecked": func(t *testing.T, s *mockcis2.Server) bool {
		a := newApplication(t, s, "999999999903.apps.national", "wrong")
		_, _, err := a.redeem(signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code"))
		return err == nil
	},
	"provider.any-client": func(t *testing.T, s *mockcis2.Server) bool {
		return newBrowser(t).open(newApplication(t, s, "nobody.apps.national", "").url()).status == http.StatusOK
	},
	"provider.rs512-refused": algorithmRefused(jose.RS512),
	"provider.rs256-refused": algorithmRefused(jose.RS256),
	"provider.any-certificate": func(t *testing.T, s *mockcis2.Server) bool {
		c := holder(s, 0)
		c.id.Authentication = c.id.ContentCommitment
		return accepted(t, s, c)
	},
	"provider.card-aud-unchecked": proves(func(c map[string]any) { c["aud"] = "https://elsewhere.test" }),
	"provider.card-sub-unchecked": proves(func(c map[string]any) { c["iss"], c["sub"] = "555000000025", "555000000025" }),
	"provider.card-replay": func(t *testing.T, s *mockcis2.Server) bool {
		request, err := fetch(s.Issuer(), newBrowser(t).open(first(t, s).url()).transaction(t).ID)
		if err != nil {
			t.Fatal(err)
		}
		_, once := holder(s, 0).prove(request, nil)
		_, twice := holder(s, 0).prove(request, nil)
		return once == nil && twice == nil
	},
	"provider.failure-repeated": func(t *testing.T, s *mockcis2.Server) bool {
		tx := newBrowser(t).open(first(t, s).url()).transaction(t)
		last := 0
		for range 2 {
			resp, err := http.Post(s.Issuer()+"/smartcard/v1/requests/"+tx.ID+"/failure", "application/json", strings.NewReader(`{"version":1,"status_code":1096111105,"status_string":"CANCELLED"}`))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			last = resp.StatusCode
		}
		return last == http.StatusNoContent
	},
	"provider.framed": func(t *testing.T, s *mockcis2.Server) bool {
		resp, err := newBrowser(t).Get(first(t, s).url())
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return !strings.Contains(resp.Header.Get("Content-Security-Policy"), "frame-ancestors")
	},
}

// every is all effects.
func every() map[string]effect {
	all := maps.Clone(lax)
	maps.Copy(all, odd)
	for id, e := range effects {
		all[id] = e
	}
	for id, f := range logouts {
		all["provider.logout-token-"+id] = func(t *testing.T, s *mockcis2.Server) bool { t.Helper(); return f(ends(t, s)) }
	}
	for id, f := range wire {
		all["provider."+id] = func(t *testing.T, s *mockcis2.Server) bool { t.Helper(); return f(watch(t, s)) }
	}
	return all
}

func algorithmRefused(alg jose.SignatureAlgorithm) effect {
	return func(t *testing.T, s *mockcis2.Server) bool {
		return strings.Contains(assertion(t, s, keyed(s, &alg, nil)), "invalid_client")
	}
}

func proves(change func(map[string]any)) effect {
	return func(t *testing.T, s *mockcis2.Server) bool {
		request, err := fetch(s.Issuer(), newBrowser(t).open(first(t, s).url()).transaction(t).ID)
		if err != nil {
			t.Fatal(err)
		}
		_, err = holder(s, 0).prove(request, change)
		return err == nil
	}
}

func document(t *testing.T, s *mockcis2.Server, path string) string {
	req, _ := http.NewRequest(http.MethodGet, s.Issuer()+path, nil)
	return body(t, req)
}

func body(t *testing.T, req *http.Request) string {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
