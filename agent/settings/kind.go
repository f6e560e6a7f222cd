package settings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func text(field func(*Settings) *string, r Row) Row {
	r.Kind = Text
	return oneLine(field, r)
}

func choice(field func(*Settings) *string, r Row) Row {
	r.Kind = Choice
	return oneLine(field, r)
}

func oneLine(field func(*Settings) *string, r Row) Row {
	r.get = func(s *Settings) []string { return present(*field(s)) }
	r.set = func(s *Settings, v []string) error { *field(s) = v[0]; return nil }
	return r
}

func number(field func(*Settings) *int, r Row) Row {
	r.Kind = Number
	r.get = func(s *Settings) []string {
		if *field(s) == 0 {
			return nil
		}
		return []string{strconv.Itoa(*field(s))}
	}
	r.set = func(s *Settings, v []string) (err error) { *field(s), err = strconv.Atoi(v[0]); return err }
	return r
}

func list(field func(*Settings) *[]string, r Row) Row {
	r.Kind = List
	r.get = func(s *Settings) []string { return slices.Clone(*field(s)) }
	r.set = func(s *Settings, v []string) error { *field(s) = slices.Clone(v); return nil }
	return r
}

// issuers are written "environment address".
func issuers(r Row) Row {
	r.get = func(s *Settings) (v []string) {
		for _, i := range s.Issuers {
			v = append(v, i.Environment+" "+i.URL)
		}
		return v
	}
	r.set = func(s *Settings, v []string) error {
		s.Issuers = nil
		for _, part := range v {
			environment, address, ok := strings.Cut(part, " ")
			if !ok {
				return fmt.Errorf("%w: %q is not an environment, a space and an address", ErrInvalid, part)
			}
			s.Issuers = append(s.Issuers, Issuer{URL: strings.TrimSpace(address), Environment: environment})
		}
		return nil
	}
	return r
}

func present(v string) []string {
	if v == "" {
		return nil
	}
	return []string{v}
}

// parse turns what a tier holds into the row's parts: one for everything but a
// List. Errors wrap ErrInvalid.
func (r Row) parse(raw Raw) ([]string, error) {
	if raw.Type != "REG_SZ" && (r.Kind != List || raw.Type != "REG_MULTI_SZ") {
		return nil, fmt.Errorf("%w: its type is %s, it must be REG_SZ", ErrInvalid, raw.Type)
	}
	for _, part := range raw.Value {
		if err := printable(part); err != nil {
			return nil, err
		}
	}
	if r.Kind != List {
		return r.parseOne(strings.Join(raw.Value, ""))
	}
	parts := raw.Value
	if raw.Type == "REG_SZ" {
		parts = strings.Split(strings.Join(raw.Value, ""), ";")
	}
	var out []string
	for _, part := range parts {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out, nil
}

func (r Row) parseOne(v string) ([]string, error) {
	v = strings.TrimSpace(v)
	switch r.Kind {
	case Number:
		n, err := strconv.ParseUint(v, 10, 31)
		if err != nil {
			return nil, fmt.Errorf("%w: %q is not a number", ErrInvalid, v)
		}
		if int(n) < r.Min || int(n) > r.Max {
			return nil, fmt.Errorf("%w: %d is not within %d to %d", ErrInvalid, n, r.Min, r.Max)
		}
		return []string{strconv.FormatUint(n, 10)}, nil
	case Choice:
		if !slices.Contains(r.Choices, v) {
			return nil, fmt.Errorf("%w: %q is none of %s", ErrInvalid, v, strings.Join(r.Choices, ", "))
		}
	}
	return []string{v}, nil
}

// maxValue is longer than any sensible value.
const maxValue = 16 << 10

// printable refuses what would not be one line on a screen or in a log.
func printable(v string) error {
	if len(v) > maxValue {
		return fmt.Errorf("%w: it is longer than %d bytes", ErrInvalid, maxValue)
	}
	if !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
		return fmt.Errorf("%w: %q is not one line of text", ErrInvalid, v)
	}
	return nil
}

// Defaults are the parts of the built-in default.
func (r Row) Defaults() []string {
	if r.Kind == List && r.Default != "" {
		return strings.Split(r.Default, ";")
	}
	return present(r.Default)
}
