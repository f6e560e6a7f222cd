package signing

import (
	"bytes"
	"crypto"
	_ "crypto/sha1" // RS1 of the prescription service
	_ "crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxPayloads is the service's limit for one request (DSS: 250 documents).
const maxPayloads = 250

// request is the argument of requestToSign, decoded.
type request struct {
	Algorithm   string    `json:"algorithm"`
	RequestType int       `json:"requestType"`
	Version     int       `json:"version"`
	Flags       int       `json:"flags"`
	Payloads    []payload `json:"payloads"`
}

// payload is one document: Text is base64 of the bytes that are hashed and
// signed.
type payload struct {
	ID   string `json:"id"`
	Text string `json:"payload"`
}

// parse reads either variant: base64 of JSON, or the signing service's JWT,
// whose payload has the same members. The JWT's own signature is not checked,
// because the key it was made with is lodged elsewhere: what may be signed is
// decided by the page's origin and by the person.
func parse(argument string) (request, error) {
	raw, jwt, err := decode(argument)
	if err != nil {
		return request{}, err
	}
	var r request
	d := json.NewDecoder(bytes.NewReader(raw))
	if err := d.Decode(&r); err != nil {
		return request{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return request{}, errors.New("something follows the object")
	}
	if jwt && r.Version == 0 {
		r.Version, r.RequestType = 1, 1 // a JWT does not carry them
	}
	return r, r.check()
}

func decode(argument string) (raw []byte, jwt bool, err error) {
	if parts := strings.Split(argument, "."); len(parts) == 3 {
		raw, err = base64.RawURLEncoding.DecodeString(parts[1])
		return raw, true, err
	}
	raw, err = base64.StdEncoding.DecodeString(argument)
	return raw, false, err
}

func (r request) check() error {
	if _, err := r.hash(); err != nil {
		return err
	}
	if r.Version != 1 || r.RequestType != 1 || r.Flags != 0 {
		return fmt.Errorf("version %d, requestType %d, flags %d", r.Version, r.RequestType, r.Flags)
	}
	if len(r.Payloads) == 0 || len(r.Payloads) > maxPayloads {
		return fmt.Errorf("%d payloads; 1 to %d are allowed", len(r.Payloads), maxPayloads)
	}
	ids := map[string]bool{}
	for _, p := range r.Payloads {
		if p.ID == "" || ids[p.ID] {
			return fmt.Errorf("payload id %q is empty or there twice", p.ID)
		}
		ids[p.ID] = true
		if b, err := p.bytes(); err == nil && looksLikeToken(b) {
			return fmt.Errorf("payload %q is a token, not a prescription", p.ID)
		}
	}
	return nil
}

// hash is the digest of the two algorithms there are: RSASSA-PKCS1-v1_5 with
// SHA-1 or SHA-256.
func (r request) hash() (crypto.Hash, error) {
	switch r.Algorithm {
	case "RS1":
		return crypto.SHA1, nil
	case "RS256":
		return crypto.SHA256, nil
	}
	return 0, fmt.Errorf("algorithm %q is neither RS1 nor RS256", r.Algorithm)
}

func (p payload) bytes() ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(p.Text)
	if err == nil && len(b) == 0 {
		err = errors.New("empty payload")
	}
	return b, err
}

// looksLikeToken is a compact JWS or its signing input: base64url parts of
// which the first is a JSON object (RFC 7515 §5.1). Signing one would let a
// prescription page make tokens.
func looksLikeToken(b []byte) bool {
	parts := strings.Split(string(bytes.TrimSpace(b)), ".")
	if len(parts) != 2 && len(parts) != 3 {
		return false
	}
	for _, p := range parts {
		if _, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(p, "=")); err != nil {
			return false
		}
	}
	header, _ := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[0], "="))
	var object map[string]json.RawMessage
	return json.Unmarshal(header, &object) == nil && object != nil
}
