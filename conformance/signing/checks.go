// Package signing is what must hold when prescriptions are signed.
package signing

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/browser"
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

var (
	signs   = []target.Feature{target.Agent, target.Signing, target.Person, target.TestCard}
	benched = append([]target.Feature{target.Bench}, signs...)
	empty   = append([]target.Feature{target.ShortForm}, benched...)
)

// Checks is the suite.
func Checks() []suite.Check {
	return []suite.Check{
		{ID: "signing.rs256", Title: "An RS256 signature verifies with the returned content-commitment certificate", Source: "protocol §3; RFC 7518 §3.3", Requires: signs, Proof: "door.signature-wrong", Because: "does not verify", Run: by("RS256", crypto.SHA256, 1)},
		{ID: "signing.rs1", Title: "An RS1 signature verifies with the returned content-commitment certificate", Source: "protocol §3; NHS signing client", Requires: signs, Proof: "door.signature-wrong", Because: "does not verify", Run: by("RS1", crypto.SHA1, 1)},
		{ID: "signing.many", Title: "Several payloads come back each under its own id, after one passcode", Source: "protocol §3", Requires: signs, Proof: "door.signature-wrong", Because: "does not verify", Run: by("RS256", crypto.SHA256, 4)},
		{ID: "signing.wrong-origin", Title: "A page that is not a signing origin cannot have anything signed, and the person is not asked", Source: "protocol §3; design §4", Requires: signs, Proof: "door.any-signing-origin", Because: "origin", Run: wrongOrigin},
		{ID: "signing.login-origin", Title: "The login page is not a signing origin", Source: "design §4: different lists", Requires: signs, Proof: "door.any-signing-origin", Because: "origin", Run: loginOrigin},
		{ID: "signing.jws-shaped", Title: "A payload that looks like a JWS signing input is refused", Source: "design §4: never a JWS-shaped payload", Requires: signs, Proof: "door.always-success", Because: "not an error", Run: jwsShaped},
		{ID: "signing.bad-argument", Title: "An argument that is not a signing request is 0x53494703", Source: "protocol §9; NHS signing client", Requires: signs, Proof: "door.always-success", Because: "0x0", Run: badArgument},
		{ID: "signing.no-card", Title: "Without a card the answer is 0x53494705 and an empty certificate", Source: "protocol §9; NHS signing client", Requires: empty, Proof: "door.always-success", Because: "0x0", Run: noCard},
		{ID: "signing.unsuitable-card", Title: "With a card of no known series the answer is 0x53494705 and the person is asked for nothing", Source: "protocol §9; NHS signing client", Requires: benched, Proof: "door.always-success", Because: "0x0", Run: unsuitable},
		{ID: "signing.cancelled", Title: "A cancelled form is 0x53494707 and nothing is signed", Source: "protocol §9", Requires: signs, Proof: "door.always-success", Because: "0x0", Run: cancelled},
	}
}

// The hub's codes (protocol §9).
const (
	codeBadArgument = 0x53494703
	codeNoCard      = 0x53494705
	codeCancelled   = 0x53494707
)

// response is a HubResponse (protocol §3).
type response struct {
	Certificate  string                           `json:"certificate"`
	Failed       []any                            `json:"failed_signatures"`
	Message      string                           `json:"message"`
	Signatures   []struct{ ID, Signature string } `json:"signatures"`
	StatusCode   uint32                           `json:"status_code"`
	StatusString string                           `json:"status_string"`
	Timestamp    string                           `json:"timestamp"`
}

type payload struct {
	ID      string `json:"id"`
	Payload string `json:"payload"`
}

func argument(algorithm string, payloads []payload) string {
	return browser.Argument(map[string]any{"algorithm": algorithm, "requestType": 1, "version": 1, "flags": 0, "payloads": payloads})
}

// ask calls requestToSign from the given origin.
func ask(ctx context.Context, t *target.Target, origin, argument string) (response, error) {
	var r response
	raw, err := browser.New(t.HTTP).Hub(ctx, browser.Knock{Port: t.Agent, Origin: origin}, "signinghub", "requestToSign", argument)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(raw, &r)
}

func will(ctx context.Context, t *target.Target, a target.Answer) error {
	if err := t.Person.Will(ctx, a); err != nil {
		return suite.Broken{Err: err}
	}
	return nil
}

// prescriptions are n payloads of different lengths.
func prescriptions(n int) (list []payload, plain map[string][]byte) {
	plain = map[string][]byte{}
	for i := range n {
		id := fmt.Sprintf("prescription-%d", i)
		plain[id] = bytes.Repeat([]byte("<prescription/>"), 1+i*40)
		list = append(list, payload{id, base64.StdEncoding.EncodeToString(plain[id])})
	}
	return list, plain
}

// by signs n prescriptions and verifies each.
func by(algorithm string, h crypto.Hash, n int) func(context.Context, *target.Target) error {
	return func(ctx context.Context, t *target.Target) error {
		if err := will(ctx, t, target.Answer{Passcode: t.Passcode}); err != nil {
			return err
		}
		list, plain := prescriptions(n)
		r, err := ask(ctx, t, target.SigningOrigin, argument(algorithm, list))
		if err != nil {
			return err
		}
		if r.StatusCode != 0 {
			return fmt.Errorf("the status is %#x: %s", r.StatusCode, r.Message)
		}
		if err := verify(r, h, plain); err != nil {
			return err
		}
		return askedOnce(ctx, t)
	}
}

func verify(r response, h crypto.Hash, plain map[string][]byte) error {
	der, err := base64.StdEncoding.DecodeString(r.Certificate)
	if err != nil {
		return fmt.Errorf("the certificate is not base64 on one line: %w", err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	key, ok := c.PublicKey.(*rsa.PublicKey)
	if !ok || c.KeyUsage&x509.KeyUsageContentCommitment == 0 {
		return errors.New("the returned certificate is not an RSA content-commitment certificate")
	}
	if len(r.Signatures) != len(plain) || len(r.Failed) != 0 {
		return fmt.Errorf("%d signatures and %d failures for %d payloads", len(r.Signatures), len(r.Failed), len(plain))
	}
	for _, s := range r.Signatures {
		signature, err := base64.StdEncoding.DecodeString(s.Signature)
		if err != nil {
			return err
		}
		w := h.New()
		w.Write(plain[s.ID])
		if err := rsa.VerifyPKCS1v15(key, h, w.Sum(nil), signature); err != nil {
			return fmt.Errorf("the signature of %q does not verify with the returned certificate: %w", s.ID, err)
		}
		delete(plain, s.ID)
	}
	return nil
}

func asked(ctx context.Context, t *target.Target) (n int, err error) {
	forms, err := t.Person.Saw(ctx)
	for _, f := range forms {
		if f.Command == "GETPIN" {
			n++
		}
	}
	return n, err
}

func askedOnce(ctx context.Context, t *target.Target) error {
	n, err := asked(ctx, t)
	if err == nil && n != 1 {
		err = fmt.Errorf("the person was asked %d times, not once", n)
	}
	return err
}

func wrongOrigin(ctx context.Context, t *target.Target) error {
	return refused(ctx, t, "https://attacker.example.test", "null", "")
}

func loginOrigin(ctx context.Context, t *target.Target) error {
	return refused(ctx, t, journey.LoginOrigin(t))
}

// refused wants a Refused door or a hub error for each origin.
func refused(ctx context.Context, t *target.Target, origins ...string) error {
	if err := will(ctx, t, target.Answer{Passcode: t.Passcode}); err != nil {
		return err
	}
	list, _ := prescriptions(1)
	for _, origin := range origins {
		r, err := ask(ctx, t, origin, argument("RS256", list))
		if err == nil && (r.StatusCode == 0 || len(r.Signatures) > 0) {
			return fmt.Errorf("the origin %q had a prescription signed", origin)
		}
	}
	n, err := asked(ctx, t)
	if err == nil && n > 0 {
		err = fmt.Errorf("the person was asked %d times for an origin that may not sign", n)
	}
	return err
}

// noSignature wants an error of the hub's shape: code, no certificate, no
// signatures.
func noSignature(r response, code uint32) error {
	if code != 0 && r.StatusCode != code {
		return fmt.Errorf("the status is %#x (%s), not %#x", r.StatusCode, r.Message, code)
	}
	if r.StatusCode == 0 || r.StatusString != "ERROR" || r.Certificate != "" || len(r.Signatures) > 0 {
		return fmt.Errorf("not an error of the hub's shape: %#x %q, %d signatures", r.StatusCode, r.StatusString, len(r.Signatures))
	}
	return nil
}

func jwsShaped(ctx context.Context, t *target.Target) error {
	if err := will(ctx, t, target.Answer{Passcode: t.Passcode}); err != nil {
		return err
	}
	part := base64.RawURLEncoding.EncodeToString
	input := part([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + part([]byte(`{"sub":"555000000017"}`))
	list := []payload{{"jws", base64.StdEncoding.EncodeToString([]byte(input))}}
	r, err := ask(ctx, t, target.SigningOrigin, argument("RS256", list))
	if err != nil {
		return err
	}
	return noSignature(r, 0)
}

func badArgument(ctx context.Context, t *target.Target) error {
	if err := will(ctx, t, target.Answer{Passcode: t.Passcode}); err != nil {
		return err
	}
	for _, a := range []string{"", "no base64 !", browser.Argument("text"), argument("HS256", nil), strings.Repeat("QUFB", 20)} {
		r, err := ask(ctx, t, target.SigningOrigin, a)
		if err != nil {
			return fmt.Errorf("argument %.40q: %w", a, err)
		}
		if err := noSignature(r, codeBadArgument); err != nil {
			return fmt.Errorf("argument %.40q: %w", a, err)
		}
	}
	return nil
}

// noCard takes the card out and lets the time go by.
func noCard(ctx context.Context, t *target.Target) error {
	return t.Hurried(ctx, func(t *target.Target) error {
		return withoutCard(ctx, t, t.Rig.Remove)
	})
}

// unsuitable puts somebody else's card in.
func unsuitable(ctx context.Context, t *target.Target) error {
	return withoutCard(ctx, t, func(ctx context.Context) error { return t.Rig.Fault(ctx, "card.atr-unknown") })
}

// withoutCard changes the card, wants to be told that there is none, nobody
// asked, and brings the card back.
func withoutCard(ctx context.Context, t *target.Target, change func(context.Context) error) error {
	if err := change(ctx); err != nil {
		return suite.Broken{Err: err}
	}
	judged := suite.Blame(ctx, t, refusedWithoutCard(ctx, t))
	if err := t.Rig.Restore(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(judged, suite.Broken{Err: err})
	}
	return judged
}

func refusedWithoutCard(ctx context.Context, t *target.Target) error {
	if err := will(ctx, t, target.Answer{}); err != nil {
		return err
	}
	list, _ := prescriptions(1)
	r, err := ask(ctx, t, target.SigningOrigin, argument("RS256", list))
	if err != nil {
		return err
	}
	if err := noSignature(r, codeNoCard); err != nil {
		return err
	}
	forms, err := t.Person.Saw(ctx)
	if err != nil {
		return suite.Broken{Err: err}
	}
	for _, f := range forms {
		if f.Command == "GETPIN" {
			return errors.New("without a card the person was asked for the passcode")
		}
	}
	return nil
}

func cancelled(ctx context.Context, t *target.Target) error {
	if err := will(ctx, t, target.Answer{Cancel: true}); err != nil {
		return err
	}
	list, _ := prescriptions(1)
	r, err := ask(ctx, t, target.SigningOrigin, argument("RS256", list))
	if err != nil {
		return err
	}
	return noSignature(r, codeCancelled)
}
