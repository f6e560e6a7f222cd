package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// deepest is how many values may be in one another.
const deepest = 20

// plain refuses JSON that two readers may understand differently (RFC 8259
// sections 4 and 8.1): repeated members, by whatever case, since Go's decoder
// does not tell them apart; invalid UTF-8; anything after the value.
func plain(raw []byte) error {
	if !utf8.Valid(raw) {
		return errors.New("not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := value(d, 0); err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("no JSON, or not all of it")
		}
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON value")
	}
	return nil
}

// value reads one value.
func value(d *json.Decoder, depth int) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	open, nested := token.(json.Delim)
	if !nested {
		return nil
	}
	if depth == deepest {
		return fmt.Errorf("nested deeper than %d", deepest)
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			if err := member(d, seen); err != nil {
				return err
			}
		}
		if err := value(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// member reads the name of a member, which must be a new one.
func member(d *json.Decoder, seen map[string]bool) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	name := strings.ToLower(fmt.Sprint(token))
	if seen[name] {
		return Flaw{fmt.Sprint(token), "is there twice"}
	}
	seen[name] = true
	return nil
}
