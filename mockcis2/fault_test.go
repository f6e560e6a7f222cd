package mockcis2_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// effects say how each fault shows from outside: true when it does. Each is
// also run on a healthy provider, where it must answer false.
var effects = map[string]func(t *testing.T, s *mockcis2.Server) bool{
	"provider.wrong-nonce":              redeemFails,
	"provider.expired-id-token":         redeemFails,
	"provider.key-not-in-jwks":          redeemFails,
	"provider.aud-array":                claim(func(c map[string]any) bool { _, list := c["aud"].([]any); return list }),
	"provider.integer-assurance-levels": claim(func(c map[string]any) bool { _, n := c["id_assurance_level"].(float64); return n }),
	"provider.no-selected-role":         claim(func(c map[string]any) bool { return c["selected_roleid"] == nil }),
	"provider.wrong-issuer-in-redirect": func(t *testing.T, s *mockcis2.Server) bool {
		return signIn(t, newBrowser(t), first(t, s), holder(s, 0), "").Get("iss") != s.Issuer()
	},
	"provider.userinfo-wrong-sub": func(t *testing.T, s *mockcis2.Server) bool {
		sub, _ := userinfo(t, s)
		return sub != "555000000017"
	},
	"provider.logout-on-removal": func(t *testing.T, s *mockcis2.Server) bool { _, err := userinfo(t, s); return err != nil },
	"provider.code-reusable": func(t *testing.T, s *mockcis2.Server) bool {
		a := first(t, s)
		code := signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code")
		_, _, once := a.redeem(code)
		_, _, twice := a.redeem(code)
		return once == nil && twice == nil
	},
	"provider.pkce-ignored": func(t *testing.T, s *mockcis2.Server) bool {
		a := first(t, s)
		code := signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code")
		a.verifier = oauth2.GenerateVerifier()
		_, _, err := a.redeem(code)
		return err == nil
	},
	"provider.redirect-unchecked": func(t *testing.T, s *mockcis2.Server) bool {
		a := first(t, s)
		a.RedirectURL = "https://evil.test/callback"
		return newBrowser(t).open(a.url()).status == http.StatusOK
	},
	"provider.assertion-aud-unchecked": func(t *testing.T, s *mockcis2.Server) bool {
		return !strings.Contains(assertion(t, s, keyed(s, nil, func(c map[string]any) { c["aud"] = s.Issuer() })), "invalid_client")
	},
	"provider.assertion-replay": func(t *testing.T, s *mockcis2.Server) bool {
		token := keyed(s, nil, nil)
		assertion(t, s, token)
		return !strings.Contains(assertion(t, s, token), "invalid_client")
	},
	"provider.ticket-without-cookie": func(t *testing.T, s *mockcis2.Server) bool {
		_, tx, ticket := ready(t, s, 0)
		return newBrowser(t).post(tx.Complete, url.Values{"ticket": {ticket}}).status == http.StatusOK
	},
	"provider.ticket-reusable": func(t *testing.T, s *mockcis2.Server) bool {
		b, tx, ticket := ready(t, s, 0)
		b.post(tx.Complete, url.Values{"ticket": {ticket}})
		return b.post(tx.Complete, url.Values{"ticket": {ticket}}).status == http.StatusOK
	},
	"provider.request-wrong-key":      request(func(c map[string]any) bool { return strings.Contains(c["(header)"].(string), "not-published") }),
	"provider.request-unsigned":       request(func(c map[string]any) bool { return strings.Contains(c["(header)"].(string), `"none"`) }),
	"provider.request-stale":          request(func(c map[string]any) bool { return c["exp"].(float64) < float64(time.Now().Unix()) }),
	"provider.request-wrong-audience": request(func(c map[string]any) bool { return c["aud"] != "smartcard-connect" }),
	"provider.request-500": func(t *testing.T, s *mockcis2.Server) bool {
		_, err := fetch(s.Issuer(), newBrowser(t).open(first(t, s).url()).transaction(t).ID)
		return err != nil && strings.Contains(err.Error(), "500")
	},
	"provider.request-hangs": func(t *testing.T, s *mockcis2.Server) bool {
		return late(get(s.Issuer()+"/smartcard/v1/requests/"+newBrowser(t).open(first(t, s).url()).transaction(t).ID, patience(s)))
	},
	"provider.hang":    func(t *testing.T, s *mockcis2.Server) bool { return late(watch(t, s).token) },
	"provider.latency": func(t *testing.T, s *mockcis2.Server) bool { return late(watch(t, s).token) },
	"provider.handover-slow": func(t *testing.T, s *mockcis2.Server) bool {
		return late(get(s.Issuer()+"/smartcard/v1/requests/"+newBrowser(t).open(first(t, s).url()).transaction(t).ID, patience(s)))
	},
	"provider.id-token-replayed": func(t *testing.T, s *mockcis2.Server) bool {
		return watch(t, s).token.json()["id_token"] == watch(t, s).token.json()["id_token"]
	},
	"provider.receipt-with-token":  receipt(func(c map[string]any) bool { return c["access_token"] != nil }),
	"provider.receipt-stale":       receipt(func(c map[string]any) bool { return c["exp"].(float64) < float64(time.Now().Unix()) }),
	"provider.receipt-other-nonce": receipt(func(c map[string]any) bool { return c["nonce"] == "not-the-nonce-you-signed" }),
	"provider.receipt-forged":      receipt(func(c map[string]any) bool { return strings.Contains(c["(header)"].(string), "not-published") }),
	"provider.revocation-ignored": func(t *testing.T, s *mockcis2.Server) bool {
		if err := s.Revoke("555000000017"); err != nil {
			t.Fatal(err)
		}
		return accepted(t, s, holder(s, 0))
	},
	"provider.any-ca": func(t *testing.T, s *mockcis2.Server) bool {
		c := holder(s, 0)
		c.id.Authentication = stranger(t, c.id)
		return accepted(t, s, c)
	},
	"provider.silent-second-application": func(t *testing.T, s *mockcis2.Server) bool {
		b := newBrowser(t)
		signIn(t, b, first(t, s), holder(s, 0), "")
		return b.open(newApplication(t, s, "999999999903.apps.national", "second-secret").url()).home.Get("code") != ""
	},
}

// settings are behind the IDs of faults that show only to somebody more patient
// than a test.
var settings = map[string]string{"provider.latency": ":ms=600000", "provider.handover-slow": ":ms=600000"}

// aimed is the fault once for each client. One that cannot be aimed at a client
// is on as it is for somebody who exists, and off for nobody.
func aimed(f fault.Info, clients ...string) (ids []string) {
	if _, err := fault.Find(f.ID + ":client=" + clients[0]); err != nil {
		if clients[0] == "nobody" {
			return nil
		}
		return []string{f.ID + settings[f.ID]}
	}
	if len(f.Also) > 0 { // several of one would act at once there
		clients = clients[:1]
	}
	for _, c := range clients {
		ids = append(ids, f.ID+begin(settings[f.ID])+"client="+c)
	}
	return ids
}

// begin is what stands before one more parameter.
func begin(settings string) string {
	if settings == "" {
		return ":"
	}
	return settings + ","
}

// Requirement: each fault does what its title says, at whom it is aimed, and
// nothing else does it (style 6, 7). Turned red by: emptying a fault's hook; not
// telling the provider at whom a lax fault is aimed.
func TestFaults(t *testing.T) {
	for _, f := range fault.All {
		effect, ok := every()[f.ID]
		if !ok && (f.OnWire() || f.Mode != "") {
			continue // shown by the spec of conformance whose proof it is: TestEveryProviderFaultIsNoticed
		}
		t.Run(f.ID, func(t *testing.T) {
			t.Parallel()
			if !ok {
				t.Fatal("no effect is known for this fault")
			}
			if effect(t, start(t, aimed(f, "nobody")...)) {
				t.Error("a healthy provider does it too, or one whose fault is aimed at somebody else")
			}
			if !effect(t, start(t, aimed(f, toy, keyClient, "999999999903.apps.national", "nobody.apps.national")...)) {
				t.Error("the fault does not show, or not when it is aimed at those who are there")
			}
		})
	}
}

func redeemFails(t *testing.T, s *mockcis2.Server) bool {
	a := first(t, s)
	_, _, err := a.redeem(signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code"))
	return err != nil
}

func claim(wrong func(map[string]any) bool) func(*testing.T, *mockcis2.Server) bool {
	return func(t *testing.T, s *mockcis2.Server) bool {
		a := first(t, s)
		token, _, err := a.redeem(signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code"))
		if err != nil {
			t.Fatal(err)
		}
		c, err := payload(token.Extra("id_token").(string))
		if err != nil {
			t.Fatal(err)
		}
		return wrong(c)
	}
}

func userinfo(t *testing.T, s *mockcis2.Server) (string, error) {
	a := first(t, s)
	token, _, err := a.redeem(signIn(t, newBrowser(t), a, holder(s, 0), "").Get("code"))
	if err != nil {
		t.Fatal(err)
	}
	info, err := a.provider.UserInfo(context.Background(), oauth2.StaticTokenSource(token))
	if err != nil {
		return "", err
	}
	return info.Subject, nil
}

// ready is a browser whose card has been accepted.
func ready(t *testing.T, s *mockcis2.Server, n int) (browser, transaction, string) {
	b := newBrowser(t)
	tx := b.open(first(t, s).url()).transaction(t)
	request, err := fetch(s.Issuer(), tx.ID)
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := holder(s, n).prove(request, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b, tx, ticket
}

func accepted(t *testing.T, s *mockcis2.Server, c card) bool {
	request, err := fetch(s.Issuer(), newBrowser(t).open(first(t, s).url()).transaction(t).ID)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.prove(request, nil)
	return err == nil
}

func request(wrong func(map[string]any) bool) func(*testing.T, *mockcis2.Server) bool {
	return func(t *testing.T, s *mockcis2.Server) bool {
		c, err := fetch(s.Issuer(), newBrowser(t).open(first(t, s).url()).transaction(t).ID)
		if err != nil {
			t.Fatal(err)
		}
		return wrong(c)
	}
}

// late says that an answer did not come while a test waits.
func late(r reply) bool {
	var slow interface{ Timeout() bool }
	return errors.As(r.err, &slow) && slow.Timeout()
}

func receipt(wrong func(map[string]any) bool) func(*testing.T, *mockcis2.Server) bool {
	return func(t *testing.T, s *mockcis2.Server) bool {
		request, err := fetch(s.Issuer(), newBrowser(t).open(first(t, s).url()).transaction(t).ID)
		if err != nil {
			t.Fatal(err)
		}
		c, err := holder(s, 0).receipt(request, nil)
		if err != nil {
			t.Fatal(err)
		}
		return wrong(c)
	}
}

// stranger is the same holder certified by the signing authority: right name,
// wrong issuer.
func stranger(t *testing.T, id testpki.Identity) testpki.Pair {
	t.Helper()
	return testpki.Pair{Key: id.Authentication.Key, Certificate: forge(t, id)}
}
