package signin

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/agent/devicekey"
	"github.com/smartcard-connect/smartcard-connect/agent/devicekey/devicekeytest"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion/insertiontest"
)

// software is a device key without a TPM.
type software struct{ *ecdsa.PrivateKey }

// Close is Device's.
func (software) Close() error { return nil }

// devices are one in memory, as the other tests use it, and one in a TPM: both
// are held to the same requirements.
func devices(t *testing.T) map[string]func() (Device, error) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	where := devicekeytest.TPM(t)
	return map[string]func() (Device, error){
		"memory": func() (Device, error) { return software{key}, nil },
		"TPM":    func() (Device, error) { return devicekey.Open(where) },
	}
}

func asks(w *ward, device string) {
	w.provider.Request = func(c map[string]any) { c["device"] = device }
}

// proofOf is the device proof of the only assertion, its claims verified by
// the key it brings; nil when the assertion has none.
func proofOf(t *testing.T, w *ward) (header jose.Header, claims map[string]any) {
	t.Helper()
	jws, err := jose.ParseSignedCompact(w.provider.Assertions()[0], []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	var outer map[string]any
	if err := json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &outer); err != nil {
		t.Fatal(err)
	}
	raw, there := outer["device_proof"].(string)
	if !there {
		return header, nil
	}
	inner, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	header = inner.Signatures[0].Protected
	payload, err := inner.Verify(header.JSONWebKey.Key)
	if err != nil {
		t.Fatal(err)
	}
	claims = map[string]any{"holder": outer["sub"]}
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return header, claims
}

// Requirement: asked for, preferred or required, the device's proof of
// possession is in the card assertion and belongs to this request and holder
// (PROTOCOL.md §6.1). Turned red by: leaving it out, another typ, or a proof
// without nonce.
func TestDeviceProof(t *testing.T) {
	for name, open := range devices(t) {
		for _, device := range []string{"preferred", "required"} {
			t.Run(name+" "+device, func(t *testing.T) {
				w := healthy(t)
				asks(w, device)
				w.service.Device = open
				if r := w.signIn(t); r.Status != OK {
					t.Fatal(r.Err)
				}
				header, claims := proofOf(t, w)
				if claims == nil || header.ExtraHeaders[jose.HeaderType] != "cis2-device-proof+jwt" {
					t.Fatalf("header %v, claims %v", header, claims)
				}
				want := map[string]any{"sub": claims["holder"], "aud": w.provider.URL, "txn": "transaction-0123456789", "nonce": "nonce-0123456789-abcdef"}
				for k, v := range want {
					if claims[k] != v {
						t.Errorf("%s is %v, want %v", k, claims[k], v)
					}
				}
			})
		}
	}
}

// Requirement: a request that does not ask learns nothing of the computer.
// Source: issue 5 point 9, PROTOCOL.md §6. Turned red by: a proof each time.
func TestDeviceNotAsked(t *testing.T) {
	w := healthy(t)
	w.service.Device = func() (Device, error) { t.Error("the key was opened"); return nil, errors.New("opened") }
	if r := w.signIn(t); r.Status != OK {
		t.Fatal(r.Err)
	}
	if _, claims := proofOf(t, w); claims != nil {
		t.Errorf("told %v", claims)
	}
}

// Requirement: without a key 'preferred' signs in without a proof, and
// 'required' ends with its own status before the person is asked. Source:
// issue 5 point 9. Turned red by: either treated as the other.
func TestDeviceMissing(t *testing.T) {
	for name, open := range map[string]func() (Device, error){
		"none":   nil,
		"no TPM": func() (Device, error) { return nil, devicekey.ErrNone },
		"denied": func() (Device, error) { return nil, devicekey.ErrDenied },
	} {
		for device, want := range map[string]Status{"preferred": OK, "required": DeviceRequired} {
			t.Run(name+" "+device, func(t *testing.T) {
				w := healthy(t)
				asks(w, device)
				w.service.Device = open
				r := w.signIn(t)
				if r.Status != want || (want != OK) != (len(w.person.Questions) == 0) {
					t.Errorf("%v %v, asked %d times", r.Status, r.Err, len(w.person.Questions))
				}
			})
		}
	}
}

// Requirement: a provider that does not know the computer is told from one
// that refuses the card (PROTOCOL.md §6.1, §9). Turned red by: reading the
// HTTP status alone.
func TestDeviceUnknown(t *testing.T) {
	w := healthy(t)
	w.person.Answers = []insertiontest.Answer{{Passcode: "123456"}}
	answer("/smartcard/v1/assertions", 403, `{"error":"device_unknown","error_description":"not enrolled"}`)(w)
	if r := w.signIn(t); r.Status != DeviceUnknown {
		t.Errorf("%v %v", r.Status, r.Err)
	}
}
