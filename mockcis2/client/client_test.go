package client_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/client"
)

const good = `{"client_id":"a","client_name":"A","redirect_uris":["https://a.test/cb","http://127.0.0.1/cb"],"token_endpoint_auth_method":"client_secret_post","client_secret":"s"}`

// Requirement: a file of applications is read strictly, and what is wrong is
// said with file, application and member. Source: the issue, item 9. Turned red
// by: leaving out a check, or a message that does not say where.
func TestRead(t *testing.T) {
	with := func(pairs ...string) string { return "[" + strings.NewReplacer(pairs...).Replace(good) + "]" }
	for name, c := range map[string]struct{ file, want string }{
		"good":              {"[" + good + "]", ""},
		"none":              {"[]", ""},
		"empty":             {"", "clients.json: not a JSON array of clients: no JSON"},
		"an object":         {good, "clients.json: not a JSON array of clients"},
		"after it":          {"[" + good + "] []", "something follows"},
		"half":              {"[" + good, "not all of it"},
		"deep":              {strings.Repeat("[", 100), "nested deeper"},
		"not UTF-8":         {"[\"\xff\"]", "not UTF-8"},
		"too long":          {strings.Repeat(" ", 1<<20+1), "longer than 1048576 bytes"},
		"unknown member":    {with(`"client_name"`, `"name"`), `client 1 ("a"): unknown field "name"`},
		"member twice":      {with(`"client_id":"a"`, `"client_id":"a","client_id":"b"`), "client_id: is there twice"},
		"in another case":   {with(`"client_id":"a"`, `"client_id":"a","Client_ID":"b"`), "is there twice"},
		"wrong type":        {with(`["https://a.test/cb","http://127.0.0.1/cb"]`, `"https://a.test/cb"`), `client 1 ("a"): redirect_uris: is a JSON string`},
		"two of one id":     {"[" + good + "," + good + "]", `client 2 ("a"): client_id: is that of client 1`},
		"no id":             {with(`"client_id":"a",`, ""), "client 1 (without client_id): client_id: must be"},
		"bad id":            {with(`"a"`, `"a b"`), "client_id: must be"},
		"no name":           {with(`"A"`, `" "`), "client_name: is missing"},
		"control character": {with(`"A"`, `"A\u0007"`), "client_name: has characters"},
		"long name":         {with(`"A"`, `"`+strings.Repeat("ä", 201)+`"`), "client_name: is longer than 200"},
		"no redirect":       {with(`"https://a.test/cb","http://127.0.0.1/cb"`, ""), "redirect_uris: needs at least one"},
		"http":              {with("http://127.0.0.1/", "http://b.test/"), "redirect_uris[1]: must be https"},
		"fragment":          {with("https://a.test/cb", "https://a.test/cb#x"), "redirect_uris[0]: has a fragment"},
		"user":              {with("https://a.test", "https://u@a.test"), "redirect_uris[0]: has a user name"},
		"relative":          {with("https://a.test", ""), "redirect_uris[0]: is not an absolute URL"},
		"script":            {with("https://a.test/cb", "javascript:alert(1)"), "redirect_uris[0]: is not an absolute URL"},
		"twice":             {with("http://127.0.0.1/cb", "https://a.test/cb"), "redirect_uris: has"},
		"method":            {with("client_secret_post", "tls"), "token_endpoint_auth_method: must be one of"},
		"no secret":         {with(`,"client_secret":"s"`, ""), "client_secret: is missing"},
		"no key":            {with("client_secret_post", "private_key_jwt", `,"client_secret":"s"`, ""), "jwks: or jwks_uri is needed"},
		"secret and key":    {with("client_secret_post", "private_key_jwt"), "client_secret: is of no use"},
		"algorithm":         {with("client_secret_post", "private_key_jwt", `"client_secret":"s"`, `"jwks_uri":"https://a.test/j","algorithms":["RS256","HS256"]`), "algorithms[1]: must be one of"},
		"key URI":           {with("client_secret_post", "private_key_jwt", `"client_secret":"s"`, `"jwks_uri":"http://a.test/j"`), "jwks_uri: must be https"},
		"private key":       {with("client_secret_post", "private_key_jwt", `"client_secret":"s"`, `"jwks":{"keys":[{"kty":"oct","k":"AAAA"}]}`), "jwks.keys[0]: is not a public key"},
		"key URI is enough": {with("client_secret_post", "private_key_jwt", `"client_secret":"s"`, `"jwks_uri":"https://a.test/j"`), ""},
	} {
		_, err := client.Read("clients.json", strings.NewReader(c.file))
		if (err != nil) != (c.want != "") || err != nil && !(strings.HasPrefix(err.Error(), "clients.json: ") && strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// Requirement: the default applications are what a file of them would give.
// Turned red by: a default that the check refuses.
func TestDefaults(t *testing.T) {
	want := mockcis2.DefaultClients()
	raw, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.Read("defaults", strings.NewReader(string(raw)))
	if err != nil || len(got) != len(want) {
		t.Fatal(err)
	}
}

// Requirement: reading never panics, and what it takes passes its own check.
// Turned red by: an index out of range on odd input.
func FuzzRead(f *testing.F) {
	f.Add("[" + good + "]")
	f.Add(`[{"jwks":{"keys":[{"kty":"RSA","n":"","e":""}]}}]`)
	f.Add(`[null]`)
	f.Fuzz(func(t *testing.T, text string) {
		all, err := client.Read("f", strings.NewReader(text))
		if err != nil {
			return
		}
		for _, c := range all {
			if err := client.Check(c); err != nil {
				t.Errorf("%q was taken: %v", text, err)
			}
		}
	})
}
