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

// peek reads a compact JWS (RFC 7515 section 7.1) and believes it.
func (d *Diary) peek(token string, person bool) *Token {
	parts := strings.Split(token, ".")
	var header struct {
		Alg any `json:"alg"`
		Kid any `json:"kid"`
		Typ any `json:"typ"`
	}
	var c claims
	if len(parts) != 3 || !decode(parts[0], &header) || !decode(parts[1], &c) {
		return &Token{Unreadable: true}
	}
	t := &Token{Alg: text(header.Alg), KeyID: text(header.Kid), Typ: text(header.Typ), Issuer: text(c.Issuer), Subject: text(c.Subject),
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

func decode(part string, into any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(raw, into) == nil
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
