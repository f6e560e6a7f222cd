package lint_test

import (
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/lint"
)

// talk is two conversations for one lint: careless trips it and nothing else
// but also; careful comes near it and trips nothing. A nil careful is the
// careful sign-ins of everybody.
type talk struct {
	careless func(c *chat)
	also     []string
	careful  func(c *chat)
}

// once is a careful fetch and one sign-in that spoil has changed.
func once(spoil func(s *signin)) func(*chat) {
	return func(c *chat) { c.fetch(); c.signIn(spoil) }
}

// twice is a careful fetch and two sign-ins that share what spoil fixes.
func twice(spoil func(s *signin)) func(*chat) {
	return func(c *chat) { c.fetch(); c.signIn(spoil); c.signIn(spoil) }
}

func ask(name, value string) func(*chat) { return once(func(s *signin) { s.ask.Set(name, value) }) }
func claim(name string, value any) func(*chat) {
	return once(func(s *signin) { s.claims[name] = value })
}
func id(name string, value any) func(*chat) { return once(func(s *signin) { s.id[name] = value }) }

// stop is a sign-in that ends before userinfo: the relying party refused.
func stop(spoil func(s *signin)) func(*chat) {
	return once(func(s *signin) { spoil(s); s.userinfo = 0 })
}
func idStop(name string, value any) func(*chat) {
	return stop(func(s *signin) { s.id[name] = value })
}

// healthy is what a careful relying party does in a morning.
func healthy(c *chat) {
	c.fetch()
	for range 4 {
		c.signIn(nil)
	}
	c.now = c.now.Add(61 * time.Minute)
	c.fetch()
	c.signIn(nil)
	c.send("GET", "/connect/endSession", url.Values{"id_token_hint": {"x"}, "client_id": {me}}, nil, nil, says(200, nil))
}

var long = strings.Repeat("a", 50)

// talks is keyed by lint. Sources are with the lints.
var talks = map[string]talk{
	"lint.state-missing": {careless: once(func(s *signin) { s.ask.Del("state"); s.back.Del("state") })},
	"lint.state-weak": {careless: once(func(s *signin) { s.ask.Set("state", "1234"); s.back.Set("state", "1234") }),
		careful: once(func(s *signin) { s.ask.Set("state", "0123456789abcdef"); s.back.Set("state", "0123456789abcdef") })},
	"lint.state-reused":   {careless: twice(func(s *signin) { s.ask.Set("state", secret("s", 0)); s.back.Set("state", secret("s", 0)) }), careful: reload},
	"lint.nonce-missing":  {careless: once(func(s *signin) { s.ask.Del("nonce"); delete(s.id, "nonce") })},
	"lint.nonce-weak":     {careless: once(func(s *signin) { s.ask.Set("nonce", long); s.id["nonce"] = long })},
	"lint.nonce-reused":   {careless: twice(func(s *signin) { s.ask.Set("nonce", secret("s", 0)); s.id["nonce"] = secret("s", 0) }), careful: reload},
	"lint.state-is-nonce": {careless: once(func(s *signin) { s.ask.Set("nonce", s.ask.Get("state")); s.id["nonce"] = s.ask.Get("state") })},
	"lint.pkce-missing": {careless: once(func(s *signin) {
		s.ask.Del("code_challenge")
		s.ask.Del("code_challenge_method")
		s.redeem.Del("code_verifier")
	})},
	"lint.pkce-plain": {careless: ask("code_challenge_method", "plain")},
	"lint.challenge-reused": {careless: twice(func(s *signin) {
		s.ask.Set("code_challenge", challenge("v"+secret("v", 0)))
		s.redeem.Set("code_verifier", "v"+secret("v", 0))
	}), careful: reload},
	"lint.redirect-mismatch":      {careless: once(func(s *signin) { both(s, "https://toy.test/other") }), careful: once(func(s *signin) { both(s, home) })},
	"lint.redirect-http":          {careless: once(func(s *signin) { both(s, "http://ward.test/callback") })},
	"lint.redirect-localhost":     {careless: once(func(s *signin) { both(s, "http://localhost/callback") })},
	"lint.scope-wildcard":         {careless: ask("scope", "openid *"), careful: ask("scope", "openid profile email")},
	"lint.scope-unknown":          {careless: ask("scope", "openid offline_access")},
	"lint.scope-openid-missing":   {careless: ask("scope", "profile"), careful: ask("scope", "profile openid")},
	"lint.response-type-not-code": {careless: ask("response_type", "code id_token")},
	"lint.parameter-repeated":     {careless: once(func(s *signin) { s.ask.Add("prompt", "login"); s.ask.Add("prompt", "none") }), careful: ask("prompt", "login")},
	"lint.secret-in-query": {careless: func(c *chat) {
		c.fetch()
		s := c.signIn(func(s *signin) { s.userinfo = 0 })
		c.send("GET", "/userinfo", url.Values{"access_token": {s.bearer}}, nil, nil, says(200, nil))
	}, careful: func(c *chat) {
		c.fetch()
		s := c.signIn(func(s *signin) { s.userinfo = 0 })
		c.send("POST", "/userinfo", nil, url.Values{"access_token": {s.bearer}}, nil, says(200, nil))
	}},
	"lint.redirect-iss-unchecked": {careless: once(func(s *signin) { s.back.Set("iss", "https://evil.test") }), careful: func(c *chat) {
		c.fetch()
		s := c.fresh()
		s.back.Set("iss", "https://evil.test")
		c.authorize(s)
	}},
	"lint.state-unchecked": {careless: once(func(s *signin) { s.back.Set("state", secret("other", 0)) }), careful: func(c *chat) {
		c.fetch()
		s := c.fresh()
		s.back.Set("state", secret("other", 0))
		c.authorize(s)
	}},
	"lint.code-late": {careless: once(func(s *signin) { s.wait = 40 * time.Second; s.claims["exp"] = s.claims["exp"].(int64) + 40 }), careful: once(func(s *signin) { s.wait = 20 * time.Second })},
	"lint.code-twice": {careless: func(c *chat) { c.fetch(); s := c.signIn(nil); again(c, s) }, careful: func(c *chat) {
		c.fetch()
		s := c.fresh()
		c.authorize(s)
		s.refuse = "temporarily_unavailable"
		c.token(s)
		s.refuse = ""
		again(c, s)
	}},
	"lint.retry-after-invalid-grant": {careless: func(c *chat) {
		c.fetch()
		s := c.signIn(func(s *signin) { s.refuse, s.userinfo = "invalid_grant", 0 })
		again(c, s)
	}},
	"lint.code-of-another-client": {careless: foreign},
	"lint.code-unknown":           {careless: once(func(s *signin) { s.redeem.Set("code", "made-up"); s.refuse, s.userinfo = "invalid_grant", 0 })},
	"lint.verifier-missing":       {careless: once(func(s *signin) { s.redeem.Del("code_verifier") })},
	"lint.verifier-weak":          {careless: once(func(s *signin) { s.redeem.Set("code_verifier", long); s.ask.Set("code_challenge", challenge(long)) })},
	"lint.verifier-shown":         {careless: once(func(s *signin) { s.redeem.Set("code_verifier", s.ask.Get("code_challenge")) })},
	"lint.redirect-at-token":      {careless: once(func(s *signin) { s.redeem.Del("redirect_uri") })},
	"lint.grant-unsafe": {careless: func(c *chat) {
		c.send("POST", "/access_token", nil, url.Values{"grant_type": {"password"}, "client_id": {me}, "client_secret": {"s"}}, nil, says(400, nil))
	}},
	"lint.refresh-unissued": {careless: refresh("none"), careful: refresh("issued")},
	"lint.token-get": {careless: func(c *chat) {
		c.send("GET", "/access_token", url.Values{"client_id": {me}}, nil, map[string]string{"Authorization": "Basic eDp5"}, says(405, nil))
	}},
	"lint.assertion-long-lived": {careless: once(func(s *signin) { s.claims["exp"] = s.claims["iat"].(int64) + 86400 }), careful: once(func(s *signin) { s.claims["exp"] = s.claims["iat"].(int64) + 300 })},
	"lint.assertion-expired": {careless: once(func(s *signin) {
		s.claims["iat"], s.claims["exp"] = s.claims["iat"].(int64)-900, s.claims["iat"].(int64)-700
	})},
	"lint.assertion-early":       {careless: once(func(s *signin) { s.claims["iat"] = s.claims["iat"].(int64) + 60 })},
	"lint.assertion-aud-array":   {careless: claim("aud", []string{issuer + "/access_token"})},
	"lint.assertion-aud-other":   {careless: claim("aud", "https://cis2.test/realm/access_token"), careful: claim("aud", issuer)},
	"lint.assertion-jti-missing": {careless: once(func(s *signin) { delete(s.claims, "jti") })},
	"lint.assertion-jti-reused":  {careless: twice(func(s *signin) { s.claims["jti"] = "constant" })},
	"lint.assertion-kid-missing": {careless: once(func(s *signin) { delete(s.jose, "kid") })},
	"lint.assertion-alg":         {careless: once(func(s *signin) { s.jose["alg"] = "HS256" }), careful: once(func(s *signin) { s.jose["alg"] = "PS256" })},
	"lint.assertion-subject":     {careless: claim("iss", "somebody")},
	"lint.auth-two-methods":      {careless: once(func(s *signin) { s.redeem.Set("client_secret", "x") }), careful: once(bySecret)},
	"lint.auth-missing":          {careless: once(func(s *signin) { s.claims = nil }), careful: once(bySecret)},
	"lint.nonce-unchecked":       {careless: id("nonce", "other"), careful: idStop("nonce", "other")},
	"lint.issuer-unchecked":      {careless: id("iss", "https://cis2.test/realm"), careful: idStop("iss", "https://cis2.test/realm")},
	"lint.audience-unchecked":    {careless: id("aud", "other"), careful: id("aud", []string{me})},
	"lint.expiry-unchecked":      {careless: id("exp", 1000), careful: idStop("exp", 1000)},
	"lint.issued-unchecked":      {careless: id("iat", nil), careful: idStop("iat", nil)},
	"lint.subject-unchecked":     {careless: id("sub", ""), careful: idStop("sub", "")},
	"lint.alg-unchecked":         {careless: once(func(s *signin) { s.sign = map[string]any{"alg": "none"} }), careful: stop(func(s *signin) { s.sign = map[string]any{"alg": "none"} })},
	"lint.key-unchecked":         {careless: once(func(s *signin) { s.sign["kid"] = "key-2" }), careful: stop(func(s *signin) { s.sign["kid"] = "key-2" })},
	"lint.at-hash-unchecked":     {careless: id("at_hash", "other"), careful: idStop("at_hash", "other")},
	"lint.acr-unchecked":         {careless: id("acr", "AAL2_ANY"), careful: id("acr", "AAL3_CIS2_SMARTCARD")},
	"lint.auth-time-unchecked":   {careless: id("auth_time", 1000), careful: once(func(s *signin) { s.id["auth_time"] = s.id["auth_time"].(int64) - 200 })},
	"lint.max-age-dropped": {careless: func(c *chat) {
		c.fetch()
		c.signIn(nil)
		c.signIn(nil)
		c.signIn(func(s *signin) { s.ask.Del("max_age") })
	},
		careful: func(c *chat) {
			c.fetch()
			c.signIn(nil)
			c.signIn(nil)
			c.signIn(func(s *signin) { s.ask.Del("max_age"); s.userinfo = 0 })
		}},
	"lint.levels-as-numbers": {careless: id("id_assurance_level", 3), careful: idStop("id_assurance_level", 3)},
	"lint.userinfo-before-validation": {careless: func(c *chat) { c.discovery(); c.signIn(nil); c.keys() }, careful: func(c *chat) {
		c.discovery()
		s := c.fresh()
		c.authorize(s)
		c.token(s)
		c.keys()
		c.userinfo(s.bearer, 200)
	}},
	"lint.userinfo-never":  {careless: later(func(s *signin) { s.userinfo = 0 }), careful: later(func(s *signin) { s.userinfo = 0; s.ask.Set("scope", "openid") })},
	"lint.userinfo-polled": {careless: once(func(s *signin) { s.userinfo = 9 }), careful: once(func(s *signin) { s.userinfo = 5 })},
	"lint.token-expired-used": {careless: func(c *chat) { c.fetch(); s := c.signIn(nil); c.now = c.now.Add(time.Hour); c.userinfo(s.bearer, 401) }, careful: func(c *chat) {
		c.fetch()
		s := c.signIn(nil)
		c.now = c.now.Add(50 * time.Minute)
		c.userinfo(s.bearer, 200)
	}},
	"lint.token-after-401":    {careless: func(c *chat) { c.fetch(); s := c.signIn(nil); c.userinfo(s.bearer, 401); c.userinfo(s.bearer, 401) }, careful: func(c *chat) { c.fetch(); s := c.signIn(nil); c.userinfo(s.bearer, 401) }},
	"lint.id-token-as-access": {careless: once(func(s *signin) { s.bearer = jwt(s.sign, s.id) })},
	"lint.jwks-never":         {careless: func(c *chat) { c.discovery(); c.signIn(nil) }, careful: func(c *chat) { c.discovery(); c.signIn(func(s *signin) { s.userinfo = 0 }) }},
	"lint.jwks-every-login": {careless: func(c *chat) {
		c.discovery()
		for range 4 {
			c.keys()
			c.signIn(nil)
		}
	}, careful: func(c *chat) {
		for range 2 {
			c.fetch()
			c.signIn(nil)
		}
	}},
	"lint.jwks-stale": {careless: func(c *chat) { c.fetch(); c.now = c.now.Add(2 * time.Hour); c.discovery(); c.signIn(nil) }, careful: func(c *chat) { c.fetch(); c.now = c.now.Add(59 * time.Minute); c.signIn(nil) }},
	"lint.discovery-every-login": {careless: func(c *chat) {
		c.keys()
		for range 4 {
			c.discovery()
			c.signIn(nil)
		}
	}, careful: sharedProgram},
	"lint.discovery-stale":      {careless: func(c *chat) { c.fetch(); c.now = c.now.Add(2 * time.Hour); c.keys(); c.signIn(nil) }},
	"lint.logout-without-hint":  {careless: logout(url.Values{"client_id": {me}}), careful: logout(url.Values{"client_id": {me}, "id_token_hint": {"x"}})},
	"lint.logout-state-missing": {careless: logout(url.Values{"client_id": {me}, "id_token_hint": {"x"}, "post_logout_redirect_uri": {home}}), careful: logout(url.Values{"client_id": {me}, "id_token_hint": {"x"}, "post_logout_redirect_uri": {home}, "state": {secret("s", 1)}})},
	"lint.logout-token-unchecked": {careless: func(c *chat) { c.fetch(); c.tell(200, nil); c.tell(204, map[string]any{"events": nil, "jti": "two"}) }, careful: func(c *chat) {
		c.fetch()
		for claim, v := range badLogouts {
			c.tell(400, map[string]any{claim: v})
		}
		c.tell(0, map[string]any{"iss": "https://elsewhere.test"})
	}},
	"lint.logout-token-replayed": {careless: func(c *chat) {
		c.fetch()
		c.tell(200, map[string]any{"jti": "one"})
		c.tell(200, map[string]any{"jti": "one", "sid": "another"})
	}, careful: func(c *chat) {
		c.fetch()
		c.tell(200, map[string]any{"jti": "one"})
		c.tell(200, map[string]any{"jti": "one"})
		c.tell(400, map[string]any{"jti": "one", "sid": "another"})
	}},
	"lint.logout-token-refused": {careless: func(c *chat) { c.fetch(); c.tell(501, nil) }, careful: func(c *chat) { c.fetch(); c.tell(0, nil); c.now = c.now.Add(time.Hour) }},
}

// badLogouts are claims of a logout token that must not be accepted.
var badLogouts = map[string]any{"iss": "https://elsewhere.test", "aud": "other", "exp": 1, "iat": nil, "events": map[string]any{"https://events.test/other": map[string]any{}}, "nonce": "x", "jti": nil}

func both(s *signin, redirect string) {
	s.ask.Set("redirect_uri", redirect)
	s.redeem.Set("redirect_uri", redirect)
}

func bySecret(s *signin) {
	s.claims = nil
	s.redeem.Del("client_id")
	s.header = map[string]string{"Authorization": "Basic " + "dG95LmFwcHMubmF0aW9uYWw6c2VjcmV0"} // toy.apps.national:secret
}

// again asks for tokens once more, with an assertion of its own.
func again(c *chat, s *signin) {
	s.claims["jti"] = "again"
	c.token(s)
}

// reload is a person who loads the same request twice and returns once.
func reload(c *chat) {
	c.fetch()
	s := c.fresh()
	c.authorize(s)
	s.back.Set("code", secret("code", 99))
	s.redeem.Set("code", secret("code", 99))
	c.run(s)
}

func later(spoil func(s *signin)) func(*chat) {
	return func(c *chat) { c.fetch(); c.signIn(spoil); c.now = c.now.Add(2 * time.Hour) }
}

func refresh(token string) func(*chat) {
	return func(c *chat) {
		c.fetch()
		c.signIn(func(s *signin) { s.tokens["refresh_token"] = "issued" })
		c.send("POST", "/access_token", nil, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {me}, "client_secret": {"s"}}, nil, says(200, nil))
	}
}

func logout(query url.Values) func(*chat) {
	return func(c *chat) {
		c.fetch()
		c.signIn(nil)
		c.send("GET", "/connect/endSession", query, nil, nil, says(200, nil))
	}
}

// foreign redeems a code that came back to another client.
func foreign(c *chat) {
	c.fetch()
	other := c.fresh()
	other.ask.Set("client_id", "other")
	c.authorize(other)
	c.signIn(func(s *signin) {
		s.redeem.Set("code", other.redeem.Get("code"))
		s.refuse, s.userinfo = "invalid_grant", 0
	})
}

// sharedProgram fetches for every sign-in, but an agent has the same name.
func sharedProgram(c *chat) {
	c.send("GET", "/smartcard/v1/requests/x", nil, nil, nil, says(200, nil))
	for range 4 {
		c.fetch()
		c.signIn(nil)
	}
}

// Requirement: each lint speaks of the careless conversation, once or more, no
// other lint does, and all are silent on a careful one. Source: the issue on
// the mock, "Diary and lints". Turned red by: a lint without a conversation, or
// one that speaks of what it cannot know.
func TestLints(t *testing.T) {
	for _, l := range lint.All {
		t.Run(l.ID, func(t *testing.T) {
			pair, ok := talks[l.ID]
			if !ok {
				t.Fatal("no conversation")
			}
			c := newChat(t)
			pair.careless(c)
			heard := map[string]bool{}
			for _, f := range c.findings(me) {
				heard[f.Lint] = true
				if f.Lint != l.ID && !slices.Contains(pair.also, f.Lint) {
					t.Errorf("careless: %s too: %s", f.Lint, f.Detail)
				}
				if f.Seq < 1 || f.Detail == "" {
					t.Errorf("careless: finding %+v says nothing", f)
				}
			}
			if !heard[l.ID] {
				t.Error("careless: silent")
			}
			careful := pair.careful
			if careful == nil {
				careful = healthy
			}
			c = newChat(t)
			careful(c)
			for _, f := range c.findings(me) {
				t.Errorf("careful: %s: %s", f.Lint, f.Detail)
			}
		})
	}
	if len(talks) != len(lint.All) {
		t.Errorf("%d conversations for %d lints", len(talks), len(lint.All))
	}
}

// Requirement: everything that makes a logout token a wrong one is found in it.
// Source: OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6.
// Turned red by: leaving one of them out.
func TestWrongLogoutTokens(t *testing.T) {
	find := func(tell func(c *chat)) (details []string) {
		c := newChat(t)
		c.fetch()
		tell(c)
		for _, f := range c.findings(me) {
			details = append(details, f.Lint+": "+f.Detail)
		}
		return details
	}
	wrong := map[string]func(c *chat){
		"alg":                    func(c *chat) { c.told(200, map[string]any{"alg": "none"}, logoutClaims(c)) },
		"no published key":       func(c *chat) { c.told(200, map[string]any{"alg": "RS256", "kid": "stray"}, logoutClaims(c)) },
		"person nor a session":   func(c *chat) { c.tell(200, map[string]any{"sub": nil, "sid": nil}) },
		"nothing is wrong":       func(c *chat) { c.tell(400, nil) },
		"is not among its event": func(c *chat) { c.tell(200, map[string]any{"events": nil}) },
	}
	for claim, v := range badLogouts {
		wrong[claim] = func(c *chat) { c.tell(200, map[string]any{claim: v}) }
	}
	for want, tell := range wrong {
		if found := find(tell); len(found) != 1 || !strings.Contains(found[0], want) {
			t.Errorf("%s: %q", want, found)
		}
	}
}

// Requirement: a lint has an id of its own that never changes, a source and
// advice; its file is named after it, and every file is in the list. Source:
// style, "Adding a case is adding a file". Turned red by: forgetting All.
func TestList(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range files {
		raw, err := os.ReadFile(f.Name())
		if err != nil || !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		n += strings.Count(string(raw), "= Lint{")
	}
	seen := map[string]bool{}
	for _, l := range lint.All {
		if seen[l.ID] || !strings.HasPrefix(l.ID, "lint.") || l.Title == "" || l.Source == "" || l.Advice == "" || l.Find == nil || !slices.Contains(lint.Areas, l.Area) {
			t.Errorf("%s: not whole or not alone", l.ID)
		}
		seen[l.ID] = true
		name := strings.ReplaceAll(strings.TrimPrefix(l.ID, "lint."), "-", "_") + ".go"
		if _, err := os.Stat(name); err != nil {
			t.Errorf("%s: %v", l.ID, err)
		}
	}
	if n != len(lint.All) || n < 25 {
		t.Errorf("%d lints in files, %d in All", n, len(lint.All))
	}
}
