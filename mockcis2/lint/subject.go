package lint

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
)

// Subject is one client and all that the diary has.
type Subject struct {
	Client    string        // client_id
	Issuer    string        // the provider's, exactly
	Redirects []string      // registered; nil is not known
	Scopes    []string      // that the provider knows; nil is not known
	Now       time.Time     // provider's clock
	Complete  bool          // the diary has lost nothing
	Entries   []diary.Entry // of everybody, oldest first

	own   []diary.Entry
	flows []diary.Flow
	sole  bool // nobody else talked to the provider
}

func (s *Subject) prepare() {
	s.sole = true
	for _, e := range s.Entries {
		if e.Client == s.Client {
			s.own = append(s.own, e)
		}
		s.sole = s.sole && (e.Client == "" || e.Client == s.Client)
	}
	for _, f := range diary.Group(s.Entries) {
		if f.Client == s.Client {
			s.flows = append(s.flows, f)
		}
	}
}

// asked are this client's requests to the endpoints.
func (s *Subject) asked(endpoints ...string) []diary.Entry {
	var out []diary.Entry
	for _, e := range s.own {
		if slices.Contains(endpoints, e.Endpoint) {
			out = append(out, e)
		}
	}
	return out
}

// asks are the authorization requests, pushed or not. One that only points to
// a pushed request is left out: its parameters are there.
func (s *Subject) asks() []diary.Entry {
	return slices.DeleteFunc(s.asked("authorize", "par"), func(e diary.Entry) bool {
		return e.Endpoint == "authorize" && strings.HasPrefix(e.Path, "/") && e.Has("request_uri") && !e.Has("response_type")
	})
}

// talk is one flow, read for what the relying party did in it.
type talk struct {
	diary.Flow
	ask      diary.Entry  // the authorization request
	back     *diary.Entry // the answer that took the browser back with a code
	redeemed *diary.Entry // the first request for tokens
	token    *diary.Entry // the first answer with an access token
	userinfo *diary.Entry // the first request to userinfo after it
}

// talks are this client's flows.
func (s *Subject) talks() []talk {
	var out []talk
	for _, f := range s.flows {
		t := talk{Flow: f}
		for i := range f.Entries {
			t.read(s, &f.Entries[i])
		}
		if t.ask.Seq != 0 {
			out = append(out, t)
		}
	}
	return out
}

func (t *talk) read(s *Subject, e *diary.Entry) {
	mine := e.Client == s.Client
	switch {
	case e.Endpoint == "par" || e.Endpoint == "authorize" && !e.Has("request_uri") || t.ask.Seq == 0 && e.Endpoint == "authorize":
		if t.ask.Seq == 0 {
			t.ask = *e
		}
	case e.Endpoint == "token" && mine && t.redeemed == nil:
		t.redeemed = e
	}
	if t.back == nil && e.Endpoint != "token" && e.Got("code") != "" {
		t.back = e
	}
	if t.token == nil && e.Endpoint == "token" && mine && e.Got("access_token") != "" {
		t.token = e
	}
	if t.userinfo == nil && t.token != nil && e.Endpoint == "userinfo" {
		t.userinfo = e
	}
}

// accepted are the flows in which the relying party took the ID token and went
// on to userinfo: what was wrong with the token did not stop it.
func (s *Subject) accepted() []talk {
	return slices.DeleteFunc(s.talks(), func(t talk) bool {
		return t.token == nil || t.userinfo == nil || t.token.Answer.IDToken == nil
	})
}

// reused finds a value that comes back in a later flow. The same request again
// is a person who reloads: it counts only when both were redeemed.
func (s *Subject) reused(name string, say Say) {
	first := map[string]talk{}
	for _, t := range s.talks() {
		h := t.ask.Hash(name)
		if h == "" {
			continue
		}
		old, seen := first[h]
		if !seen {
			first[h] = t
			continue
		}
		reload := t.ask.Query.Encode() == old.ask.Query.Encode() && t.ask.Form.Encode() == old.ask.Form.Encode()
		if !reload || t.redeemed != nil && old.redeemed != nil {
			say(t.ask, "%s is that of %s", name, old.ID)
		}
	}
}

// weak says why a value can be guessed, or nothing. RFC 6749 section 10.10
// wants 128 bits; 16 characters cannot be fewer than that by much.
func weak(m diary.Mark) string {
	switch {
	case m.Hash == "":
		return ""
	case m.Length < 16:
		return "is short"
	case m.Kinds < 6:
		return "repeats a few characters"
	}
	return ""
}

// fetched is the last entry at an endpoint, by anybody, that was answered with
// 200 before seq.
func (s *Subject) fetched(endpoint string, before int) *diary.Entry {
	var last *diary.Entry
	for i, e := range s.Entries {
		if e.Seq < before && e.Endpoint == endpoint && e.Status() == 200 {
			last = &s.Entries[i]
		}
	}
	return last
}

// caller tells programs apart as well as an address and a name can.
func caller(e diary.Entry) string { return e.Remote + " " + e.Headers["User-Agent"] }

// everyLogin finds a program that fetches something as often as it signs in.
// It is silent when the program is another client, or an agent, too.
func (s *Subject) everyLogin(endpoint string, say Say) {
	logins, fetches := map[string]int{}, map[string]int{}
	last := map[string]diary.Entry{}
	shared := map[string]bool{}
	for _, e := range s.Entries {
		switch who := caller(e); {
		case e.Endpoint == "agent", e.Endpoint == "token" && e.Client != s.Client:
			shared[who] = true
		case e.Endpoint == "token" && e.Got("access_token") != "":
			logins[who]++
		case e.Endpoint == endpoint:
			fetches[who]++
			last[who] = e
		}
	}
	for who, n := range logins {
		if n >= 3 && fetches[who] >= n && !shared[who] {
			say(last[who], "%d fetches for %d sign-ins", fetches[who], n)
		}
	}
}

// stale finds sign-ins that rest on a document fetched more than an hour ago.
func (s *Subject) stale(endpoint string, say Say) {
	for _, t := range s.talks() {
		if t.token == nil {
			continue
		}
		until := t.token.Seq
		if endpoint == "jwks" { // keys are needed after the token answer
			if t.userinfo == nil {
				continue
			}
			until = t.userinfo.Seq
		}
		if last := s.fetched(endpoint, until); last != nil && t.token.At.Sub(last.At) > time.Hour {
			say(*t.token, "last fetched %s before", t.token.At.Sub(last.At).Round(time.Minute))
		}
	}
}

// loopback is RFC 8252 section 7.3.
func loopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return ip != nil && ip.IsLoopback()
}

// registered compares a redirect as the provider does: exactly, with any port
// on a loopback IP literal.
func (s *Subject) registered(redirect string) bool {
	u, err := url.Parse(redirect)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(s.Redirects, func(r string) bool {
		v, err := url.Parse(r)
		if err != nil {
			return false
		}
		if loopback(u) && loopback(v) && u.Hostname() == v.Hostname() {
			a, b := *u, *v
			a.Host, b.Host = "", ""
			return a == b
		}
		return r == redirect
	})
}
