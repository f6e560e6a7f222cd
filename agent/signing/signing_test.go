package signing

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion/insertiontest"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// pharmacy is a signing service with a card and a person, healthy until bent.
type pharmacy struct {
	bench   *insertiontest.Bench
	person  *insertiontest.Person
	service *Service
}

func healthy() *pharmacy {
	id := testpki.Issue(testpki.Holders()[1], time.Now())
	p := &pharmacy{
		bench: &insertiontest.Bench{Keys: map[card.Key]insertiontest.Pair{
			card.ContentCommitment: {Key: id.ContentCommitment.Key, Certificate: id.ContentCommitment.Certificate}}},
		person: &insertiontest.Person{Answers: []insertiontest.Answer{{Passcode: "123456"}}},
	}
	p.bench.Set(insertiontest.In(1))
	p.service = &Service{Desk: &insertion.Desk{Readers: p.bench, Open: p.bench.Open, Prompter: p.person}}
	return p
}

func (p *pharmacy) sign(argument string) Response {
	return p.service.Sign(context.Background(), "https://sign.example", "int", argument, nil)
}

// batchOf is a request for texts, in the hub's own variant.
func batchOf(algorithm string, texts ...string) string {
	return base64.StdEncoding.EncodeToString(body(algorithm, texts...))
}

func body(algorithm string, texts ...string) []byte {
	r := request{Algorithm: algorithm, RequestType: 1, Version: 1}
	for i, text := range texts {
		r.Payloads = append(r.Payloads, payload{fmt.Sprint("p", i), base64.StdEncoding.EncodeToString([]byte(text))})
	}
	raw, _ := json.Marshal(r)
	return raw
}

// Requirement: the card signs the decoded bytes of each payload, RS1 and RS256,
// in both variants of the argument, and the certificate is bare base64 (DSS,
// PROTOCOL.md §3). Turned red by: hashing the base64 text, or card.wrong-signature.
func TestSignatures(t *testing.T) {
	jwt := "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"algorithm":"RS256","payloads":[{"id":"p0","payload":"b25l"}],"iss":"x"}`)) + ".c2ln"
	for name, c := range map[string]struct {
		argument string
		hash     crypto.Hash
		digests  [][]byte
	}{
		"RS1":   {batchOf("RS1", "one"), crypto.SHA1, [][]byte{one(sha1.Sum([]byte("one")))}},
		"RS256": {batchOf("RS256", "one", "two"), crypto.SHA256, [][]byte{two(sha256.Sum256([]byte("one"))), two(sha256.Sum256([]byte("two")))}},
		"JWT":   {jwt, crypto.SHA256, [][]byte{two(sha256.Sum256([]byte("one")))}},
	} {
		p := healthy()
		r := p.sign(c.argument)
		if r.Code != 0 || len(r.Signatures) != len(c.digests) || len(r.Failed) != 0 {
			t.Fatalf("%s: %+v", name, r)
		}
		der, err := base64.StdEncoding.DecodeString(r.Certificate)
		if err != nil {
			t.Fatal(err)
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range r.Signatures {
			signature, _ := base64.StdEncoding.DecodeString(s.Value)
			if err := rsa.VerifyPKCS1v15(certificate.PublicKey.(*rsa.PublicKey), c.hash, c.digests[i], signature); err != nil {
				t.Errorf("%s, payload %s: %v", name, s.ID, err)
			}
		}
	}
}

func one(b [20]byte) []byte { return b[:] }
func two(b [32]byte) []byte { return b[:] }

// Requirement: a batch is one question and one transaction, also on a card that
// wants the passcode before every signature; afterwards passcode and card are
// clean. Turned red by: asking per payload, or keeping the passcode.
func TestBatchAsksOnce(t *testing.T) {
	texts := make([]string, maxPayloads)
	for i := range texts {
		texts[i] = fmt.Sprint("prescription ", i)
	}
	for _, always := range []bool{false, true} {
		p := healthy()
		p.bench.Always = always
		r := p.sign(batchOf("RS256", texts...))
		if r.Code != 0 || len(r.Signatures) != maxPayloads {
			t.Fatalf("%d signatures, %s", len(r.Signatures), r.Message)
		}
		if len(p.person.Questions) != 1 || p.person.Questions[0].Purpose != "Sign 250 prescriptions for https://sign.example" {
			t.Errorf("asked %+v", p.person.Questions)
		}
		diary := strings.Join(p.bench.Diary(), " ")
		if strings.Count(diary, "begin") != 2 || !strings.HasSuffix(diary, "sign reset end close") {
			t.Errorf("not one transaction, or no reset")
		}
		if !p.person.Wiped() || p.bench.Unlocked() {
			t.Error("a passcode outlives its batch")
		}
	}
}

// Requirement: bad arguments are refused with the text clients know, before a
// person or the card is bothered; nothing token-shaped is signed. Turned red by:
// dropping the check the row names.
func TestArgumentsRefused(t *testing.T) {
	token := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"x"}`))
	for name, argument := range map[string]string{
		"empty":               "",
		"not base64":          "{}",
		"not JSON":            base64.StdEncoding.EncodeToString([]byte("hello")),
		"algorithm":           batchOf("PS256", "one"),
		"none":                batchOf("RS256"),
		"too many":            batchOf("RS256", make([]string, maxPayloads+1)...),
		"signing input":       batchOf("RS256", token),
		"whole token":         batchOf("RS256", token+".c2ln"),
		"token with a stop":   batchOf("RS256", token+".c2ln\n"),
		"token in a batch":    batchOf("RS256", "one", token),
		"unsigned token":      batchOf("RS256", token+"."),
		"id twice":            base64.StdEncoding.EncodeToString([]byte(`{"algorithm":"RS1","requestType":1,"version":1,"payloads":[{"id":"a","payload":"b25l"},{"id":"a","payload":"b25l"}]}`)),
		"version":             base64.StdEncoding.EncodeToString([]byte(`{"algorithm":"RS1","requestType":1,"version":2,"payloads":[{"id":"a","payload":"b25l"}]}`)),
		"something after":     base64.StdEncoding.EncodeToString(append(body("RS1", "one"), "{}"...)),
		"JWT without payload": "e30.e30.c2ln",
	} {
		p := healthy()
		r := p.sign(argument)
		if r.Code != StatusArgument || r.Message != textArgument || r.Status != "ERROR" || r.Signatures != nil || r.Certificate != "" {
			t.Errorf("%s: %+v", name, r)
		}
		if len(p.person.Questions) != 0 || len(p.bench.Diary()) != 0 {
			t.Errorf("%s: someone was bothered", name)
		}
	}
}

// Requirement: PROTOCOL.md §9's signing codes. Turned red by: the fault the row
// names.
func TestSigningFailures(t *testing.T) {
	person := func(a ...insertiontest.Answer) func(*pharmacy) { return func(p *pharmacy) { p.person.Answers = a } }
	for name, c := range map[string]struct {
		code uint32
		bend func(*pharmacy)
	}{
		"no certificate": {StatusNoCard, func(p *pharmacy) { p.bench.Keys = nil }},
		"two cards": {StatusNoCard, func(p *pharmacy) {
			p.bench.Set(insertiontest.In(1), reader.State{Name: "Reader 2", Present: true})
		}},
		"cancel":           {StatusCancelled, person(insertiontest.Answer{Err: passcode.ErrCancelled})},
		"wrong, gave up":   {StatusCard, person(insertiontest.Answer{Passcode: "000000"}, insertiontest.Answer{Err: passcode.ErrCancelled})},
		"time up":          {StatusCard, person(insertiontest.Answer{Err: passcode.ErrTimeout})},
		"locked":           {StatusCard, func(p *pharmacy) { p.bench.Locked = true }},
		"pulled":           {StatusCard, func(p *pharmacy) { p.bench.SignError = reader.ErrRemoved }},
		"wrong signature":  {StatusCard, func(p *pharmacy) { p.bench.Wrong = true }},
		"card gives error": {StatusCard, func(p *pharmacy) { p.bench.SignError = iso7816.NoDiagnosis }},
	} {
		p := healthy()
		c.bend(p)
		if r := p.sign(batchOf("RS256", "one")); r.Code != c.code || r.Status != "ERROR" || r.Signatures != nil {
			t.Errorf("%s: %+v", name, r)
		}
		if p.bench.Unlocked() || !p.person.Wiped() {
			t.Errorf("%s: the card or the passcode was left behind", name)
		}
	}
}

// Requirement: one bad payload does not spoil a batch (DSS failed_signatures).
// Turned red by: stopping at the first.
func TestPartialFailure(t *testing.T) {
	p := healthy()
	raw := []byte(`{"algorithm":"RS1","requestType":1,"version":1,"flags":0,"payloads":[{"id":"bad","payload":"***"},{"id":"good","payload":"b25l"}]}`)
	r := p.sign(base64.StdEncoding.EncodeToString(raw))
	if r.Code != 0 || len(r.Failed) != 1 || r.Failed[0].ID != "bad" || len(r.Signatures) != 1 || r.Signatures[0].ID != "good" {
		t.Errorf("%+v", r)
	}
	if _, err := time.Parse("2006-01-02T15:04:05.0000000Z", r.Timestamp); err != nil {
		t.Error(err)
	}
}
