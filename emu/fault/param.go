package fault

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ErrParam is wrapped by every error about an ID that names no fault, or names
// one with parameters it does not have.
var ErrParam = errors.New("no such fault")

// Param is one setting of a fault, written behind its ID:
// card.removed-at:n=7,holder=555000000025.
type Param struct {
	Key     string `json:"key"`
	Default string `json:"default"` // empty: not set
	Form    string `json:"form"`    // what it looks like, such as "1 to 9999"
	Title   string `json:"title"`   // what it sets

	base     int // 10, 16, or 0 for text
	min, max int
}

// Values are a fault's parameters by key, defaults filled in.
type Values map[string]int

// number is a decimal parameter from low to high.
func number(key string, otherwise, low, high int, title string) Param {
	return Param{Key: key, Default: strconv.Itoa(otherwise), Form: fmt.Sprintf("%d to %d", low, high), Title: title, base: 10, min: low, max: high}
}

// nth is the occasion on which a fault fires.
func nth(otherwise int, what string) Param {
	return number("n", otherwise, 1, 9999, "the "+what+" on which it fires, counted from 1")
}

// each is nth for a fault that shows every time unless told otherwise.
func each(what string) Param {
	return number("n", 0, 0, 9999, "the "+what+" on which it fires, counted from 1; 0 is every one")
}

// status is a status word.
func status(otherwise int, title string) Param {
	return Param{Key: "sw", Default: fmt.Sprintf("%04X", otherwise), Form: "four hexadecimal digits, 6000 to 9FFF", Title: title, base: 16, min: 0x6000, max: 0x9FFF}
}

// holder is the parameter every fault of a card has.
var holder = Param{Key: "holder", Form: "12 digits", Title: "the UUID of the only person whose cards show it"}

// power is another: it aims a fault that spares nothing of a card at one moment
// of its life.
var power = number("power", 0, 0, 9999, "the only time the card is powered at which it shows, resets and being made anew counted, over the card's life; 0 is every time")

// params are all parameters of a fault, its own and the general ones.
func (f Fault) params() []Param {
	if f.Bench {
		return f.Params
	}
	return append(slices.Clip(f.Params), power, holder)
}

// Listed is the fault as lists show it.
func (f Fault) Listed() Info {
	i := f.Info
	i.Params = f.params()
	return i
}

// Base is an ID without its parameters.
func Base(id string) string {
	base, _, _ := strings.Cut(id, ":")
	return base
}

// Find is the fault with this base ID, its parameters at their defaults.
func Find(id string) (Fault, bool) {
	i := slices.IndexFunc(All, func(f Fault) bool { return f.ID == id })
	if i < 0 {
		return Fault{}, false
	}
	f := All[i]
	if f.With != nil {
		f.With(&f, f.defaults())
	}
	return f, true
}

// Parse is the fault of an ID with parameters, read strictly. Errors wrap
// ErrParam and name what is allowed.
func Parse(id string) (Fault, error) {
	base, settings, some := strings.Cut(id, ":")
	f, ok := Find(base)
	if !ok {
		return f, fmt.Errorf("%w: nobody knows %q", ErrParam, base)
	}
	if !some {
		return f, nil
	}
	values, seen := f.defaults(), map[string]bool{}
	for setting := range strings.SplitSeq(settings, ",") {
		key, text, _ := strings.Cut(setting, "=")
		if seen[key] {
			return f, fmt.Errorf("%w: %s has %q twice", ErrParam, base, key)
		}
		seen[key] = true
		if err := f.set(values, key, text); err != nil {
			return f, err
		}
	}
	f.ID, f.Power = id, values[power.Key]
	if f.With != nil {
		f.With(&f, values)
	}
	return f, nil
}

func (f *Fault) set(values Values, key, text string) error {
	list := f.params()
	i := slices.IndexFunc(list, func(p Param) bool { return p.Key == key })
	if i < 0 {
		return fmt.Errorf("%w: %s has no parameter %q; %s", ErrParam, f.ID, key, allowed(list))
	}
	if list[i].base == 0 {
		if len(text) != 12 || strings.Trim(text, "0123456789") != "" {
			return fmt.Errorf("%w: %s: %s=%q is not %s", ErrParam, f.ID, key, text, list[i].Form)
		}
		f.Holder = text
		return nil
	}
	n, err := list[i].parse(text)
	if err != nil {
		return fmt.Errorf("%w: %s: %s=%q is not %s", ErrParam, f.ID, key, text, list[i].Form)
	}
	values[key] = n
	return nil
}

func (p Param) parse(text string) (int, error) {
	n, err := strconv.ParseUint(text, p.base, 31)
	if err == nil && (int(n) < p.min || int(n) > p.max || p.base == 16 && len(text) != 4) {
		err = strconv.ErrRange
	}
	return int(n), err
}

func (f Fault) defaults() Values {
	v := Values{}
	for _, p := range f.Params {
		v[p.Key], _ = p.parse(p.Default)
	}
	return v
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

// turn counts the occasions of a fault.
type turn struct{ n, seen int }

// now reports whether it fires on this occasion: the n-th, or each where n is 0.
func (t *turn) now() bool {
	t.seen++
	return t.n == 0 || t.seen == t.n
}
