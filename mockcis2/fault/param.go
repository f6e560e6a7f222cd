package fault

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ErrParam is wrapped by every error about an ID that names no fault, or names
// one with parameters that it does not have.
var ErrParam = errors.New("no such fault")

// Param is one setting of a fault, written behind its ID:
// provider.hang:endpoint=userinfo,n=2.
type Param struct {
	Key     string `json:"key"`
	Default string `json:"default"` // empty: not set
	Form    string `json:"form"`    // what it looks like, such as "0 to 9999"
	Title   string `json:"title"`   // what it sets

	allows func(text string) bool
}

// values are a fault's parameters by key, defaults filled in.
type values map[string]string

func (v values) number(key string) int {
	n, _ := strconv.Atoi(v[key]) // checked when parsed
	return n
}

func number(key string, otherwise, low, high int, title string) Param {
	return Param{key, strconv.Itoa(otherwise), fmt.Sprintf("%d to %d", low, high), title, func(text string) bool {
		n, err := strconv.ParseUint(text, 10, 31)
		return err == nil && int(n) >= low && int(n) <= high && strconv.Itoa(int(n)) == text
	}}
}

// milliseconds is how long something takes.
func milliseconds(otherwise int, title string) Param {
	return number("ms", otherwise, 1, 86_400_000, title)
}

// word is text of at most so many letters, digits and given marks.
func word(key, marks string, longest int, title string) Param {
	form := fmt.Sprintf("up to %d letters, digits and %s", longest, marks)
	return Param{Key: key, Form: form, Title: title, allows: func(text string) bool {
		odd := func(r rune) bool {
			return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(marks, r))
		}
		return text != "" && len(text) <= longest && !strings.ContainsFunc(text, odd)
	}}
}

// Parameters that aim a fault.
var (
	nth    = number("n", 0, 0, 9999, "the matching request on which it fires, counted from 1; 0 is every one")
	client = word("client", "._:/~-", 200, "the client_id of the only application it hits")
	flow   = word("flow", "_-", 64, "the id of the only transaction it hits")
)

// anywhere are the endpoints at which a fault of the transport can show.
var anywhere = []string{Token, Discovery, JWKS, Authorize, UserInfo, Login, Role, Abandon, Complete, Request, Failure, Assertion, Logout, PAR, Introspect, Revoke}

// endpoint says where a fault of the transport shows.
var endpoint = Param{"endpoint", Token, "one of " + strings.Join(anywhere, " "), "the endpoint it shows at",
	func(text string) bool { return slices.Contains(anywhere, text) }}

// nameless are the endpoints that are asked without saying by whom.
func nameless(at string) bool { return at == Discovery || at == JWKS }

// early are the endpoints that are asked before a flow has an id: the answer of
// authorize gives it. At some of the others a request can name no flow; then no
// fault that is aimed at one fires.
func early(at string) bool { return nameless(at) || at == Authorize || at == PAR }

// params are all parameters of a fault, its own and those that aim it. Only what
// could never be hit is left out.
func (f Info) params() []Param {
	list := append(slices.Clip(f.Params), nth)
	somewhere := func(not func(string) bool) bool {
		return f.has(endpoint.Key) || slices.ContainsFunc(f.At, func(at string) bool { return !not(at) })
	}
	if somewhere(nameless) {
		list = append(list, client)
	}
	if somewhere(early) {
		list = append(list, flow)
	}
	return list
}

func (f Info) has(key string) bool {
	return slices.ContainsFunc(f.Params, func(p Param) bool { return p.Key == key })
}

// List is every fault as lists show it, with all its parameters.
func List() []Info {
	all := slices.Clone(All)
	for i := range all {
		all[i].Params = all[i].params()
	}
	return all
}

// Base is an ID without its parameters.
func Base(id string) string {
	base, _, _ := strings.Cut(id, ":")
	return base
}

// Find is the fault with this ID, which may have parameters, as lists show it. Errors wrap
// ErrParam and name what is allowed.
func Find(id string) (Info, error) {
	f, _, err := parse(id)
	f.Params = f.params()
	return f, err
}

// parse reads an ID strictly.
func parse(id string) (Info, values, error) {
	base, settings, some := strings.Cut(id, ":")
	i := slices.IndexFunc(All, func(f Info) bool { return f.ID == base })
	if i < 0 {
		return Info{}, nil, fmt.Errorf("%w: nobody knows %q; `mockcis2 faults` lists them", ErrParam, base)
	}
	f, v, seen := All[i], values{}, map[string]bool{}
	for _, p := range f.params() {
		v[p.Key] = p.Default
	}
	if !some {
		return f, v, nil
	}
	for setting := range strings.SplitSeq(settings, ",") {
		key, text, _ := strings.Cut(setting, "=")
		if seen[key] {
			return Info{}, nil, fmt.Errorf("%w: %s has %q twice", ErrParam, base, key)
		}
		seen[key] = true
		if err := f.allows(key, text); err != nil {
			return Info{}, nil, err
		}
		v[key] = text
	}
	if at := v[endpoint.Key]; nameless(at) && (seen[client.Key] || seen[flow.Key]) {
		return Info{}, nil, fmt.Errorf("%w: %s: at endpoint=%s nobody says which client or flow asks", ErrParam, base, at)
	} else if early(at) && seen[flow.Key] {
		return Info{}, nil, fmt.Errorf("%w: %s: at endpoint=%s the flow has no id yet", ErrParam, base, at)
	}
	f.ID = id
	return f, v, nil
}

func (f Info) allows(key, text string) error {
	list := f.params()
	i := slices.IndexFunc(list, func(p Param) bool { return p.Key == key })
	if i < 0 {
		return fmt.Errorf("%w: %s has no parameter %q; %s", ErrParam, f.ID, key, allowed(list))
	}
	if !list[i].allows(text) {
		return fmt.Errorf("%w: %s: %s=%q is not %s", ErrParam, f.ID, key, text, list[i].Form)
	}
	return nil
}

// allowed names the keys with their defaults.
func allowed(list []Param) string {
	if len(list) == 0 {
		return "it has none"
	}
	var out []string
	for _, p := range list {
		out = append(out, fmt.Sprintf("%s=%s (%s: %s)", p.Key, p.Default, p.Form, p.Title))
	}
	return "it has " + strings.Join(out, ", ")
}
