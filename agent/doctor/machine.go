package doctor

// Machine is what the doctor knows of the computer beyond cards and network.
// Local is the real one.
type Machine interface {
	// System is the operating system for people, and whether it is one that
	// is supported.
	System() (name string, warranted bool)
	// Drivers are the reader drivers that are installed, for people.
	Drivers() []string
	// Middleware are other smartcard programs that are present, for people.
	Middleware() []string
	// IdentityAgent is where the legacy NHS Identity Agent is, or empty.
	IdentityAgent() string
	// Browsers are the policies of the browsers that have any.
	Browsers() []Policies
	// Zone is what Windows' local intranet zone lacks for an origin; empty is
	// nothing, and ok is false where there are no zones.
	Zone(origin string) (lacks []string, ok bool)
}

// Policies are what an administrator has set for one browser, as the browser's
// own documentation names them. A value is a bool, a number, a string or a
// list of those.
type Policies struct {
	Browser string         // for people: "Chromium"
	Place   string         // where they were read
	Values  map[string]any // by name
	Broken  string         // what could not be read
}

// list is a policy that is a list of strings.
func (p Policies) list(name string) (all []string) {
	values, _ := p.Values[name].([]any)
	for _, v := range values {
		if s, ok := v.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

// on is a policy that is true, or a number that is not 0.
func (p Policies) on(name string) bool {
	switch v := p.Values[name].(type) {
	case bool:
		return v
	case float64:
		return v != 0
	}
	return false
}
