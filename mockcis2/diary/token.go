package diary

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// claims that the diary looks at.
type claims struct {
	Issuer   any `json:"iss"`
	Subject  any `json:"sub"`
	Audience any `json:"aud"`
	ID       any `json:"jti"`
	Nonce    any `json:"nonce"`
	Tx       any `json:"txn"`
	ACR      any `json:"acr"`
	Issued   any `json:"iat"`
	Begins   any `json:"nbf"`
	Ends     any `json:"exp"`
	AuthTime any `json:"auth_time"`
	AtHash   any `json:"at_hash"`
	Level1   any `json:"id_assurance_level"`
	Level2   any `json:"authentication_assurance_level"`
}

// member is where a claim of this name goes, nil when nowhere.
func (c *claims) member(name string) *any {
	switch name {
	case "iss":
		return &c.Issuer
	case "sub":
		return &c.Subject
	case "aud":
		return &c.Audience
	case "jti":
		return &c.ID
	case "nonce":
		return &c.Nonce
	case "txn":
		return &c.Tx
	case "acr":
		return &c.ACR
	case "iat":
		return &c.Issued
	case "nbf":
		return &c.Begins
	case "exp":
		return &c.Ends
	case "auth_time":
		return &c.AuthTime
	case "at_hash":
		return &c.AtHash
	case "id_assurance_level":
		return &c.Level1
	case "authentication_assurance_level":
		return &c.Level2
	}
	return nil
}

// header of a JWS, as far as the diary looks at it.
type header struct {
	Alg any `json:"alg"`
	Kid any `json:"kid"`
	Typ any `json:"typ"`
}

func (h *header) member(name string) *any {
	switch name {
	case "alg":
		return &h.Alg
	case "kid":
		return &h.Kid
	case "typ":
		return &h.Typ
	}
	return nil
}

// peek reads a compact JWS (RFC 7515 section 7.1) and believes it.
func (d *Diary) peek(token string, person bool) *Token {
	parts := strings.Split(token, ".")
	var h header
	var c claims
	if len(parts) != 3 || !decode(parts[0], h.member, &h) || !decode(parts[1], c.member, &c) {
		return &Token{Unreadable: true}
	}
	t := &Token{Alg: text(h.Alg), KeyID: text(h.Kid), Typ: text(h.Typ), Issuer: text(c.Issuer), Subject: text(c.Subject),
		Tx: text(c.Tx), ACR: text(c.ACR), Issued: number(c.Issued), Begins: number(c.Begins), Ends: number(c.Ends), AuthTime: number(c.AuthTime), AtHash: text(c.AtHash)}
	t.Audience, t.AudArray = audience(c.Audience)
	t.ID, t.Nonce = d.hashed(text(c.ID)), d.hashed(text(c.Nonce))
	if person {
		t.Subject = d.hashed(t.Subject)
	}
	_, n1 := c.Level1.(float64)
	_, n2 := c.Level2.(float64)
	t.Numbers = n1 || n2
	return t
}

func (d *Diary) hashed(s string) string {
	if s == "" {
		return ""
	}
	return d.mark(s).Hash
}

// decode reads base64url of JSON. member is nil or what glance wants.
func decode(part string, member func(string) *any, into any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && (member != nil && glance(raw, member) || json.Unmarshal(raw, into) == nil)
}

func audience(v any) (all []string, array bool) {
	list, array := v.([]any)
	if !array && text(v) != "" {
		return []string{text(v)}, false
	}
	for _, one := range list[:min(len(list), repeats)] {
		all = append(all, text(one))
	}
	return all, array
}

func text(v any) string {
	s, _ := v.(string)
	return cut(s)
}

// number is a NumericDate. What does not fit stands as far away as it can.
func number(v any) int64 {
	f, ok := v.(float64)
	const far = 1 << 52
	if !ok {
		return 0
	}
	return int64(max(-far, min(far, f)))
}
