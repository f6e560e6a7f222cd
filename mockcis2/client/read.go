package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// longestFile is how much of a file is read.
const longestFile = 1 << 20

// Read parses a file of registrations: a JSON array of them. Errors name the
// file, the client and the member. Unknown and repeated members, two clients
// with one id and anything after the array are refused.
func Read(file string, r io.Reader) ([]op.Client, error) {
	raw, err := io.ReadAll(io.LimitReader(r, longestFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(raw) > longestFile {
		return nil, fmt.Errorf("%s: longer than %d bytes", file, longestFile)
	}
	var entries []json.RawMessage
	if err := Strict(raw, &entries); err != nil {
		return nil, fmt.Errorf("%s: not a JSON array of clients: %w", file, err)
	}
	clients := make([]op.Client, 0, len(entries))
	seen := map[string]int{}
	var flaws []error
	for i, entry := range entries {
		c, err := parse(entry)
		if first, twice := seen[c.ID]; twice && err == nil {
			err = Flaw{"client_id", fmt.Sprintf("is that of client %d", first+1)}
		}
		if err != nil {
			flaws = append(flaws, fmt.Errorf("%s: client %d (%s): %w", file, i+1, name(c.ID), err))
		}
		seen[c.ID], clients = i, append(clients, c)
	}
	if len(flaws) > 0 {
		return nil, errors.Join(flaws...)
	}
	return clients, nil
}

func name(id string) string {
	if id == "" {
		return "without client_id"
	}
	return fmt.Sprintf("%q", id)
}

func parse(raw []byte) (c op.Client, err error) {
	if err := Strict(raw, &c); err != nil {
		return c, err
	}
	err = Check(c)
	if err == nil {
		return c, nil
	}
	var all []string // on one line, as it follows the file's name
	for _, flaw := range err.(interface{ Unwrap() []error }).Unwrap() {
		all = append(all, flaw.Error())
	}
	return c, errors.New(strings.Join(all, "; "))
}

// Strict is one JSON value that must be all of raw: unknown members, a member
// that is there twice and invalid UTF-8 are refused, and errors name the
// member.
func Strict(raw []byte, into any) error {
	if err := plain(raw); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return Flaw{kind.Field, "is a JSON " + kind.Value + ", which is not what belongs there"}
	}
	if err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}
