package mockcis2_test

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

// shown says how a fault shows in what came by during one sign-in.
type shown = func(w seen) bool

// has says that a claim of the ID token has this value.
func has(name string, value any) shown { return func(w seen) bool { return w.claims[name] == value } }

// lacks says that a claim of the ID token is missing.
func lacks(name string) shown {
	return func(w seen) bool { _, there := w.claims[name]; return w.claims != nil && !there }
}

// off says by how much a time claim is off the clock.
func off(name string, low, high time.Duration) shown {
	return func(w seen) bool {
		at, _ := w.claims[name].(float64)
		d := time.Until(time.Unix(int64(at), 0))
		return d > low && d < high
	}
}

// alg says that the ID token names an algorithm.
func alg(name string) shown { return func(w seen) bool { return w.header["alg"] == name } }

// unsealed says that no published key seals the ID token.
func unsealed(w seen) bool { return w.claims != nil && !w.sealed }

// answers says that the token answer has this member.
func answers(name string, value any) shown {
	return func(w seen) bool { return w.token.json()[name] == value }
}

// without says that the token answer misses a member.
func without(name string) shown {
	return func(w seen) bool {
		_, there := w.token.json()[name]
		return w.token.status == http.StatusOK && !there
	}
}

// returns says that the redirect home has this parameter.
func returns(name, value string) shown {
	return func(w seen) bool { return w.home != nil && w.home.Query().Get(name) == value }
}

// about says that userinfo has this member; nil is none.
func about(name string, value any) shown {
	return func(w seen) bool { m := w.info.json(); return m != nil && m[name] == value }
}

// names says that discovery has this member; nil is none.
func names(name string, value any) shown {
	return func(w seen) bool { m := w.discovery.json(); return m != nil && m[name] == value }
}

func all(every ...shown) shown {
	return func(w seen) bool {
		for _, f := range every {
			if !f(w) {
				return false
			}
		}
		return true
	}
}

func roles(want func(any) bool) shown {
	return func(w seen) bool { m := w.info.json(); return m != nil && want(m["nhsid_nrbac_roles"]) }
}

func status(code int) shown {
	return func(w seen) bool {
		return w.token.status == code && strings.HasPrefix(w.token.body, "<html>")
	}
}

var portless = "http://127.0.0.1" + mockcis2.RealmPath

// wire are the faults that show in one sign-in.
var wire = map[string]shown{
	"invalid-iss":              has("iss", "https://am.elsewhere.test/openam/oauth2"),
	"missing-iss":              lacks("iss"),
	"issuer-without-port":      has("iss", portless),
	"invalid-aud":              has("aud", "somebody-else.apps.national"),
	"missing-aud":              lacks("aud"),
	"secondary-aud":            func(w seen) bool { list, _ := w.claims["aud"].([]any); return len(list) == 2 },
	"invalid-azp":              has("azp", "somebody-else.apps.national"),
	"missing-iat":              lacks("iat"),
	"future-iat":               off("iat", 50*time.Minute, 70*time.Minute),
	"missing-exp":              lacks("exp"),
	"missing-sub":              lacks("sub"),
	"number-sub":               has("sub", 555000000017.0),
	"missing-nonce":            lacks("nonce"),
	"invalid-at-hash":          has("at_hash", "77QmUPtjPfzWtF2AnpK9RQ"),
	"missing-at-hash":          lacks("at_hash"),
	"invalid-c-hash":           has("c_hash", "77QmUPtjPfzWtF2AnpK9RQ"),
	"stale-auth-time":          off("auth_time", -11*time.Hour, -9*time.Hour),
	"missing-auth-time":        lacks("auth_time"),
	"missing-acr":              lacks("acr"),
	"wrong-acr":                has("acr", "AAL1_USERPASS"),
	"weak-authentication":      has("authentication_assurance_level", "1"),
	"weak-identity":            has("id_assurance_level", "1"),
	"missing-assurance-levels": all(lacks("id_assurance_level"), lacks("idassurancelevel"), lacks("authentication_assurance_level")),
	"other-realm":              has("realm", "/oidc"),
	"forgerock-extras":         has("grace", 1.5),
	"forgerock-missing":        all(lacks("auditTrackingId"), lacks("realm"), lacks("sid")),
	"missing-amr":              lacks("amr"),
	"unknown-selected-role":    has("selected_roleid", "9999999999999999"),
	"clock-ahead":              off("iat", 9*time.Minute, 11*time.Minute),
	"clock-behind":             off("iat", -11*time.Minute, -9*time.Minute),
	"idtoken-sig-none":         all(unsealed, alg("none")),
	"invalid-sig-rs256":        all(unsealed, alg("RS256")),
	"invalid-sig-es256":        all(unsealed, alg("ES256")),
	"invalid-sig-hs256":        all(unsealed, alg("HS256")),
	"hs256-client-secret":      all(unsealed, alg("HS256")),
	"hs256-public-key":         all(unsealed, alg("HS256")),
	"kid-absent-single-jwks":   func(w seen) bool { return w.sealed && w.header["kid"] == nil && len(w.keys()) == 1 },
	"kid-absent-multiple-jwks": func(w seen) bool { return w.sealed && w.header["kid"] == nil && len(w.keys()) == 2 },
	"kid-unknown":              func(w seen) bool { return w.sealed && w.header["kid"] == "nobody-knows-this" },
	"embedded-key":             func(w seen) bool { return !w.sealed && w.header["jwk"] != nil },
	"critical-header":          func(w seen) bool { return w.header["crit"] != nil },
	"logout-token-as-id-token": func(w seen) bool { return w.sealed && w.header["typ"] == "logout+jwt" },
	"id-token-cut":             func(w seen) bool { raw, _ := w.token.json()["id_token"].(string); return strings.Count(raw, ".") == 1 },
	"access-token-as-id-token": func(w seen) bool {
		m := w.token.json()
		return m["id_token"] != nil && m["id_token"] == m["access_token"]
	},
	"missing-id-token":       without("id_token"),
	"missing-access-token":   without("access_token"),
	"unknown-token-type":     answers("token_type", "mac"),
	"token-type-case":        answers("token_type", "bearer"),
	"missing-expires-in":     without("expires_in"),
	"expires-in-string":      answers("expires_in", "3599"),
	"expires-in-nanoseconds": answers("expires_in", 3599e9),
	"scope-reduced":          all(answers("scope", "openid"), about("name", nil), about("sub", "555000000017")),
	"error-with-200":         all(answers("error", "invalid_grant"), func(w seen) bool { return w.token.status == http.StatusOK }),
	"opaque-access-token": func(w seen) bool {
		at, _ := w.token.json()["access_token"].(string)
		return at != "" && !strings.Contains(at, ".") && w.info.status == http.StatusOK
	},
	"missing-issuer-in-redirect":      returns("iss", ""),
	"issuer-in-redirect-without-port": returns("iss", portless),
	"wrong-state":                     returns("state", "not-the-state-you-sent"),
	"missing-state":                   returns("state", ""),
	"code-twice":                      func(w seen) bool { return w.home != nil && len(w.home.Query()["code"]) == 2 },
	"code-and-error":                  func(w seen) bool { return w.home != nil && w.home.Query().Has("code") && w.home.Query().Has("error") },
	"missing-code":                    all(returns("code", ""), returns("error", "")),
	"server-error-in-redirect":        all(returns("code", ""), returns("error", "server_error")),
	"wrong-client-in-redirect":        returns("client_id", "somebody-else.apps.national"),
	"callback-in-fragment": func(w seen) bool {
		return w.home != nil && strings.Contains(w.home.Fragment, "code=") && w.home.RawQuery == ""
	},
	"callback-extras":            returns("session_state", "x.y"),
	"userinfo-missing-sub":       about("sub", nil),
	"userinfo-html":              func(w seen) bool { return w.info.status == http.StatusOK && strings.HasPrefix(w.info.body, "<html>") },
	"userinfo-empty":             func(w seen) bool { return w.info.status == http.StatusOK && w.info.body == "" },
	"userinfo-signed":            jwt(`"alg":"RS256"`, "not-published", false),
	"userinfo-signed-stray":      jwt(`"alg":"RS256"`, "not-published", true),
	"userinfo-sig-none":          jwt(`"alg":"none"`, "not-published", false),
	"roles-empty":                roles(func(v any) bool { list, is := v.([]any); return is && len(list) == 0 }),
	"roles-missing":              roles(func(v any) bool { return v == nil }),
	"roles-object":               roles(func(v any) bool { _, is := v.(map[string]any); return is }),
	"roles-bare":                 roles(func(v any) bool { list, _ := v.([]any); return len(list) == 1 && len(list[0].(map[string]any)) == 3 }),
	"userinfo-integer-assurance": about("idassurancelevel", 3.0),
	"userinfo-nameless":          about("name", nil),
	"userinfo-awkward-name": func(w seen) bool {
		name, _ := w.info.json()["name"].(string)
		return utf8.RuneCountInString(name) > 1000 && strings.Contains(name, "<b>O'Brien</b>\u202e")
	},
	"discovery-without-port": names("issuer", portless),
	"discovery-stale":        func(w seen) bool { return w.discovery.json()["token_endpoint"] == w.issuer+"/moved" },
	"discovery-minimal":      all(names("scopes_supported", nil), names("authorization_response_iss_parameter_supported", nil)),
	"discovery-extras":       names("rcsVersion", 7.0),
	"jwks-empty":             func(w seen) bool { return w.jwks.status == http.StatusOK && len(w.keys()) == 0 && w.claims != nil },
	"jwks-unknown-kid":       func(w seen) bool { return w.key("kid", "renamed") },
	"jwks-wrong-use":         func(w seen) bool { return w.key("use", "enc") },
	"jwks-wrong-alg":         func(w seen) bool { return w.key("alg", "RS512") },
	"jwks-duplicate-kid": func(w seen) bool {
		list := w.keys()
		return len(list) == 2 && list[0].(map[string]any)["kid"] == list[1].(map[string]any)["kid"]
	},
	"jwks-strange-keys":    func(w seen) bool { return w.key("kty", "LATTICE") },
	"jwks-huge":            func(w seen) bool { return len(w.keys()) == 2001 },
	"signing-key-rotation": func(w seen) bool { return w.sealed && w.header["kid"] == "just-rotated" && len(w.keys()) == 2 },
	"half-close":           func(w seen) bool { return w.token.err != nil && len(w.token.body) > 100 },
	"no-answer":            func(w seen) bool { return w.token.err != nil && w.token.status == 0 },
	"error-500":            status(500),
	"error-502":            status(502),
	"error-503":            status(503),
	"error-429":            status(429),
	"wrong-content-type": func(w seen) bool {
		return w.token.status == http.StatusOK && w.token.header.Get("Content-Type") == "text/html"
	},
	"redirect-loop":         func(w seen) bool { return w.token.err != nil && strings.Contains(w.token.err.Error(), "10 redirects") },
	"huge-answer":           func(w seen) bool { return len(w.token.body) == 1<<20 },
	"false-encoding":        func(w seen) bool { return w.token.err != nil && strings.Contains(w.token.err.Error(), "gzip") },
	"byte-order-mark":       func(w seen) bool { return strings.HasPrefix(w.token.body, "\ufeff{") },
	"handover-agent-absent": func(w seen) bool { return strings.Contains(w.page.body, `"ports":[1]`) },
	"handover-port-busy": func(w seen) bool {
		return !strings.Contains(w.page.body, `"ports":[43487`) && !strings.Contains(w.page.body, `"ports":[1]`)
	},
	"handover-lna-denied": func(w seen) bool {
		return !strings.Contains(w.page.header.Get("Content-Security-Policy"), "http://localhost:*")
	},
	"handover-origin-null": func(w seen) bool {
		return strings.Contains(strings.Join(w.page.header.Values("Content-Security-Policy"), ","), "sandbox")
	},
	"handover-unknown-id": func(w seen) bool { return strings.Contains(w.page.body, `"id":"AAAAAAAAAAAAAAAAAAAAAA"`) },
	"handover-uri-only":   func(w seen) bool { return strings.Contains(w.page.body, `"handover":["uri"]`) },
	"assertion-500":       cardless,
	"ticket-lost":         cardless,
}

// cardless says that the sign-in ended before the browser went home.
func cardless(w seen) bool { return w.page.status == http.StatusOK && w.home == nil }

// jwt says that userinfo is a token with this header.
func jwt(header, kid string, named bool) shown {
	return func(w seen) bool {
		h := joseHeader(w.info.body)
		return w.info.header.Get("Content-Type") == "application/jwt" && strings.Contains(h, header) && strings.Contains(h, kid) == named
	}
}
