package diary

import (
	"bytes"
	"strconv"
	"strings"
)

// glance reads a JSON object of the plain kind that answers and tokens usually
// are: strings without escapes, whole numbers and lists of such strings. It puts
// each member where member says and answers true. Anything else is for
// encoding/json, whose reading this never differs from: then it answers false,
// and what it has put so far is there again in the same place.
func glance(raw []byte, member func(name string) *any) bool {
	r := reader{raw}
	if !r.take('{') {
		return false
	}
	for {
		name, ok := r.word()
		if !ok || !r.take(':') {
			return false
		}
		at := member(string(name))
		if at == nil && bytes.ContainsFunc(name, func(c rune) bool { return 'A' <= c && c <= 'Z' }) && member(strings.ToLower(string(name))) != nil {
			return false // encoding/json takes it for that one
		}
		if !r.value(at) {
			return false
		}
		if !r.take(',') {
			break
		}
	}
	return r.take('}') && r.over()
}

// reader is what is left to read.
type reader struct{ rest []byte }

// over says whether nothing but space is left.
func (r *reader) over() bool {
	for len(r.rest) > 0 && (r.rest[0] == ' ' || r.rest[0] == '\n') {
		r.rest = r.rest[1:]
	}
	return len(r.rest) == 0
}

// take reads one character, if it is the next.
func (r *reader) take(c byte) bool {
	if r.over() || r.rest[0] != c {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

// word reads a string of plain ASCII.
func (r *reader) word() ([]byte, bool) {
	if !r.take('"') {
		return nil, false
	}
	for i, c := range r.rest {
		switch {
		case c == '"':
			word := r.rest[:i]
			r.rest = r.rest[i+1:]
			return word, true
		case c < ' ' || c == '\\' || c >= 0x7f:
			return nil, false
		}
	}
	return nil, false
}

// value reads a string, a whole number or a list that nobody asks for.
func (r *reader) value(into *any) bool {
	switch {
	case r.over():
		return false
	case r.rest[0] == '"':
		word, ok := r.word()
		if ok && into != nil {
			*into = string(word)
		}
		return ok
	case r.rest[0] == '[':
		return into == nil && r.list()
	}
	return r.number(into)
}

// number reads up to 15 digits: a float64 holds each of them.
func (r *reader) number(into *any) bool {
	n := 0
	for n < len(r.rest) && '0' <= r.rest[n] && r.rest[n] <= '9' {
		n++
	}
	if n == 0 || n > 15 || n > 1 && r.rest[0] == '0' {
		return false
	}
	if into != nil {
		whole, _ := strconv.ParseInt(string(r.rest[:n]), 10, 64) // of 15 digits: it fits
		*into = float64(whole)
	}
	r.rest = r.rest[n:] // what follows must be a comma or the end, or all is for encoding/json
	return true
}

// list passes over a list of one string or more.
func (r *reader) list() bool {
	for open := byte('['); r.take(open); open = ',' {
		if _, ok := r.word(); !ok {
			return false
		}
	}
	return r.take(']')
}
