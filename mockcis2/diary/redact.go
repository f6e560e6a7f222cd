package diary

import (
	"encoding/hex"
	"hash"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds on what one entry keeps.
const (
	longest    = 512 // bytes of a value
	parameters = 64  // names of a form
	repeats    = 4   // values of a name
)

// plain are the parameters whose values are written down as they are. All
// others are blanked, so that one we do not know cannot leak.
var plain = []string{
	"response_type", "response_mode", "client_id", "scope", "redirect_uri", "prompt", "max_age", "acr_values", "display",
	"ui_locales", "claims_locales", "claims", "code_challenge_method", "grant_type", "client_assertion_type", "token_type_hint",
	"post_logout_redirect_uri", "resource", "error", "error_description", "error_uri", "iss", "action", "role", "status",
}

// typed are what a person types: not even a hash of them is kept.
var typed = []string{"password", "passcode", "pin", "otp", "totp", "username"}

// mac is an HMAC under the diary's key, and room for what goes in and comes out.
type mac struct {
	hash.Hash
	room []byte
}

// mark makes the stand-in of a secret.
func (d *Diary) mark(value string) Mark {
	m := d.macs.Get().(*mac)
	defer d.macs.Put(m)
	m.Reset()
	m.room = append(m.room[:0], value...)
	m.Write(m.room)
	m.room = m.Sum(m.room[:0])
	var seen [256]bool
	kinds := 0
	for i := range len(value) {
		if !seen[value[i]] {
			seen[value[i]] = true
			kinds++
		}
	}
	var digits [16]byte
	hex.Encode(digits[:], m.room[:8])
	return Mark{Hash: string(digits[:]), Length: len(value), Kinds: kinds}
}

// redact copies a form without secrets and adds their marks.
func (d *Diary) redact(form url.Values, marks map[string]Mark) url.Values {
	if len(form) == 0 {
		return nil
	}
	var few [16]string // most forms need no more
	names := few[:0]
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	names = names[:min(len(names), parameters)]
	out := make(url.Values, len(names))
	all := make([]string, 0, len(names)) // the first value of each name, side by side
	for _, name := range names {
		values, short := form[name], cut(name)
		for _, v := range values[:min(len(values), repeats)] {
			if v = d.blank(name, v, marks); out[short] != nil || len(all) == cap(all) {
				out[short] = append(out[short], v)
				continue
			}
			all = append(all, v)
			out[short] = all[len(all)-1 : len(all) : len(all)]
		}
	}
	return out
}

func (d *Diary) blank(name, value string, marks map[string]Mark) string {
	switch {
	case slices.Contains(plain, name):
		return cut(value)
	case value == "":
		return ""
	case slices.ContainsFunc(typed, func(t string) bool { return strings.Contains(strings.ToLower(name), t) }):
		return "[blanked]"
	}
	m := d.mark(value)
	text := "[blanked " + m.Hash + "]"
	m.Hash = text[len("[blanked ") : len(text)-1] // one string is kept, not two
	marks[cut(name)] = m
	return text
}

// cut bounds a value.
func cut(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}
