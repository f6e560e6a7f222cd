package stranger_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// noticesFile is the table, for people and as what the test wants.
const noticesFile = "notices.md"

// judges are the clients that meet every fault.
var judges = []struct {
	name    string
	starter func(t *testing.T, c *target.Target) func() (answer, error)
}{
	{"openid-client 6", byProgram("openid-client 6")},
	{"go-oidc", func(t *testing.T, c *target.Target) func() (answer, error) {
		return func() (answer, error) { return goLogIn(t, c, byHand) }
	}},
	{"Authlib", byProgram("Authlib")},
}

// byProgram signs in with one of the clients, started once.
func byProgram(name string) func(t *testing.T, c *target.Target) func() (answer, error) {
	return func(t *testing.T, c *target.Target) func() (answer, error) {
		for _, x := range clients {
			if x.name == name {
				r := startClient(t, x.run(t), c, "RS256")
				return func() (answer, error) { return r.logInBy(t, c, byHand) }
			}
		}
		t.Fatalf("no client is called %s", name)
		return nil
	}
}

// between are the faults that page and agent see, and no application.
var between = []string{"provider.request-5", "provider.request-h", "provider.request-s", "provider.request-u", "provider.request-w",
	"provider.receipt-", "provider.ticket-", "provider.card-", "provider.device-", "provider.failure-", "provider.any-ca", "provider.any-cert", "provider.revocation-", "provider.framed"}

// unsent are the faults that answer what these clients never send.
var unsent = map[string]string{
	"provider.unknown-scope-dropped": "an unknown scope", "provider.unknown-parameter-refused": "an unknown parameter",
	"provider.hints-refused": "a hint", "provider.scope-order": "another order of scopes", "provider.authorize-get-only": "a posted request",
	"provider.nonce-invented": "a request without nonce", "provider.nonce-shortened": "a nonce of more than 64 characters",
	"provider.state-invented": "a request without state", "provider.state-shortened": "a state of more than 64 characters",
	"provider.prompt-none-shows-login": "prompt=none", "provider.missing-auth-time": "max_age", "provider.acr-ignored": "an unknown acr value",
	"provider.acr-default-other": "a request without acr_values", "provider.challenge-demanded": "a request without a challenge",
	"provider.token-errors-as-html": "a bad token request", "provider.assertion-error-other": "a bad assertion", "provider.basic-refused": "Basic credentials",
	"provider.userinfo-get-only": "POST to userinfo", "provider.userinfo-errors-200": "a bad token", "provider.rs512-refused": "RS512",
	"provider.rotated-key-dropped": "a token of before a rotation", "provider.discovery-without-rs512": "RS512",
}

// unseen says why these clients cannot see a fault, or nothing.
func unseen(f fault.Info) string {
	switch {
	case f.Owes.Who == "agent" || slices.ContainsFunc(between, func(p string) bool { return strings.HasPrefix(f.ID, p) }):
		return "between provider, login page and agent"
	case slices.Contains(f.At, fault.Backchannel):
		return "they have no address for logout tokens: conformance/relyingparty tries it"
	case f.Mode != "":
		return "it shows where there is more than CIS2 has: conformance/provider tries it"
	case slices.Contains([]string{"provider.hang", "provider.latency"}, f.ID):
		return "they wait as long as they are told to: conformance/relyingparty tries it"
	case unsent[f.ID] != "":
		return "they never send " + unsent[f.ID]
	}
	return ""
}

// lenient says that a fault is for checks of a provider to notice and that
// every client was content: it shows only to who sends what must be refused.
func lenient(f fault.Info, said []map[string]string) bool {
	return f.Owes.Who == "check" && !slices.ContainsFunc(said, func(m map[string]string) bool { return m[f.ID] != content })
}

// Requirement: what each of three clients that we did not write does under every
// fault that an application can see is known and published, and each signs in
// without one. Source: issue, the table of what each notices. Turned red by: a
// fault that changes what a client notices; a new fault; `-update` writes the
// table for a person to look at.
func TestNotices(t *testing.T) {
	said := make([]map[string]string, len(judges))
	t.Run("clients", func(t *testing.T) {
		for i, judge := range judges {
			said[i] = map[string]string{}
			t.Run(judge.name, func(t *testing.T) {
				t.Parallel()
				c := cell(t, "9", iso7816.T1)
				underEach(t, c, judge.starter(t, c), said[i])
			})
		}
	})
	if slices.ContainsFunc(said, func(m map[string]string) bool { return len(m) == 0 }) {
		t.Skip("not every client is here: make install, ci/strangers.sh")
	}
	table := notices(said)
	if *update {
		if err := os.WriteFile(noticesFile, []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(noticesFile)
	if err != nil || string(want) != table {
		t.Errorf("%s says otherwise (%v): -update writes what follows\n%s", noticesFile, err, differing(string(want), table))
	}
}

// underEach signs in under each fault that can be seen, and after it without one
// where it was noticed: the fault was the reason.
func underEach(t *testing.T, c *target.Target, logIn func() (answer, error), said map[string]string) {
	if a, err := logIn(); err != nil || a.Error != "" {
		t.Fatalf("without a fault: %+v %v", a, err)
	}
	for _, f := range fault.All {
		if unseen(f) != "" {
			continue
		}
		if err := c.Side.Fault(t.Context(), f.ID); err != nil {
			t.Fatal(err)
		}
		said[f.ID] = outcome(logIn())
		if err := c.Side.Restore(t.Context()); err != nil {
			t.Fatal(err)
		}
		if said[f.ID] == content {
			continue
		}
		if a, err := logIn(); err != nil || a.Error != "" {
			t.Errorf("after %s: %+v %v", f.ID, a, err)
		}
	}
}

const content = "signs in"

// outcome is a cell of the table.
func outcome(a answer, way error) string {
	switch {
	case way != nil:
		return "does not come back: " + plain(way.Error())
	case a.Error == "":
		return content
	case a.Description == "" || strings.HasPrefix(a.Description, a.Error):
		return "**refuses**: " + plain(a.Error+" "+strings.TrimPrefix(a.Description, a.Error))
	}
	return "**refuses**: " + plain(a.Error+": "+a.Description)
}

// varying is what differs from run to run.
// observed is what our own caller adds to an error about a token; the table is of
// what strangers say.
var observed = regexp.MustCompile(` with the header (?:\{[^}]*\}|of \d+ characters)| a JWT of \d+ characters:`)

var varying = regexp.MustCompile(`https?://[^\s"']*|\d{4}-\d{2}-\d{2}[^"]*|(?:column|char) \d+|\d{5,}|[A-Za-z0-9_-]{30,}|0x[0-9a-f]+`)

func plain(s string) string {
	s = observed.ReplaceAllString(s, "")
	s = varying.ReplaceAllStringFunc(s, func(found string) string {
		if strings.Trim(found, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == "" { // a name of an error
			return found
		}
		return "…"
	})
	s = strings.NewReplacer("|", "/", "\n", " ").Replace(s)
	if s = strings.Join(strings.Fields(s), " "); len(s) > 120 {
		s = strings.ToValidUTF8(s[:120], "") + "…"
	}
	return s
}

// notices is the table.
func notices(said []map[string]string) string {
	var b strings.Builder
	b.WriteString("# What three clients notice\n\nWritten by `go test ./conformance/stranger -run TestNotices -update`. Each client does\nwhat its library does by itself; \"signs in\" means that it did not notice, or need not.\nopenid-client trusts the connection to the token endpoint instead of the signature,\nas OpenID Connect Core section 3.1.3.7 step 6 allows, unless told otherwise.\n\"does not come back\" is a sign-in that the card's side refused first.\n\n| fault | what is wrong | a correct client must |")
	for _, judge := range judges {
		b.WriteString(" " + judge.name + " |")
	}
	b.WriteString("\n|---|---|---|" + strings.Repeat("---|", len(judges)) + "\n")
	var rest strings.Builder
	for _, f := range fault.All {
		switch why := unseen(f); {
		case why != "":
			fmt.Fprintf(&rest, "| %s | %s |\n", f.ID, why)
			continue
		case lenient(f, said):
			fmt.Fprintf(&rest, "| %s | they signed in; it shows to who sends what must be refused, or reads what they do not |\n", f.ID)
			continue
		}
		fmt.Fprintf(&b, "| %s | %s | %s |", f.ID, f.Title, f.Owes.Text)
		for _, m := range said {
			b.WriteString(" " + m[f.ID] + " |")
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## Not applicable\n\n| fault | why |\n|---|---|\n" + rest.String())
	return b.String()
}

// differing is the lines of table that are not in want.
func differing(want, table string) string {
	have := strings.Split(want, "\n")
	var out []string
	for line := range strings.Lines(table) {
		if !slices.Contains(have, strings.TrimSuffix(line, "\n")) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}
