package op

import "fmt"

// Environment is one of CIS2's, by the names of its connection manager. The
// path is that of the issuer; the realm is a claim of every token.
type Environment struct {
	Name  string // dev, int, dep or live
	Path  string
	Realm string
}

// Paths of the two realms.
const (
	healthcare = "/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare"
	oidcRealm  = "/openam/oauth2/realms/root/realms/oidc"
)

// EnvironmentNamed is a preset; empty is int. Dev signs in by user name and
// password in a realm of its own. It fails on an unknown name.
func EnvironmentNamed(name string) (Environment, error) {
	switch name {
	case "dev":
		return Environment{"dev", oidcRealm, "/oidc"}, nil
	case "", "int":
		return Environment{"int", healthcare, Realm}, nil
	case "dep", "live":
		return Environment{name, healthcare, Realm}, nil
	}
	return Environment{}, fmt.Errorf("no environment %q: there are dev, int, dep and live", name)
}
