package login

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// Whether a computer must prove itself (PROTOCOL section 5, device).
const (
	DeviceNone      = "none"
	DevicePreferred = "preferred"
	DeviceRequired  = "required"
)

// Devices are the computers that a provider has seen or knows.
type Devices interface {
	// Ask is DeviceNone, DevicePreferred or DeviceRequired.
	Ask() string
	// Seen records a computer that has proved itself, by the RFC 7638
	// thumbprint of its key, and says whether it is enrolled.
	Seen(thumbprint string, at time.Time) bool
}

// deviceProof is a device proof's claims (PROTOCOL section 6.1).
type deviceProof struct {
	Subject string `json:"sub"`
	Aud     any    `json:"aud"`
	Txn     string `json:"txn"`
	Nonce   string `json:"nonce"`
	ID      string `json:"jti"`
	Issued  int64  `json:"iat"`
	Ends    int64  `json:"exp"`
}

// errDeviceUnknown is a computer that proved itself and is not enrolled.
var errDeviceUnknown = fmt.Errorf("%w: this computer is not enrolled", errProof)

// computer judges the device proof of a card assertion that is right in all
// else. Only an enrolled computer counts; one that is not is recorded.
func (l *Login) computer(ctx context.Context, p proof, asked string, now time.Time) (thumbprint string, err error) {
	switch {
	case asked == DeviceNone || l.Faults.On(ctx, fault.DeviceUnchecked):
		return "", nil
	case p.Device == "" && asked == DeviceRequired:
		return "", fmt.Errorf("%w: device_proof is required", errProof)
	case p.Device == "":
		return "", nil
	}
	thumbprint, d, err := openDevice(p.Device)
	if err == nil {
		err = l.deviceWrong(d, p, now)
	}
	if err != nil {
		return "", err
	}
	if !l.Devices.Seen(thumbprint, now) || l.Faults.On(ctx, fault.DeviceForgotten) {
		l.Event("computer " + thumbprint + " seen, not enrolled")
		if asked == DeviceRequired {
			return "", errDeviceUnknown
		}
		return "", nil
	}
	l.Event("computer " + thumbprint + " proved")
	return thumbprint, nil
}

func (l *Login) deviceWrong(d deviceProof, p proof, now time.Time) error {
	switch at := now.Unix(); {
	case d.Subject != p.Subject || d.Txn != p.Txn || d.Nonce != p.Nonce || d.Aud != l.Issuer:
		return fmt.Errorf("%w: device_proof is for another sign-in", errProof)
	case d.ID == "":
		return fmt.Errorf("%w: device_proof has no jti", errProof)
	case d.Issued > at+10 || d.Ends <= at-10 || d.Ends-d.Issued > int64(requestLife/time.Second)+10:
		return fmt.Errorf("%w: device_proof is from another time", errProof)
	}
	return nil
}

// openDevice verifies a proof by the key it brings, and names that key.
func openDevice(raw string) (thumbprint string, d deviceProof, err error) {
	bad := func(why string) error { return fmt.Errorf("%w: device_proof %s", errProof, why) }
	jws, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return "", d, bad("is not a compact JWS with alg ES256")
	}
	header := jws.Signatures[0].Protected
	if header.ExtraHeaders[jose.HeaderType] != "cis2-device-proof+jwt" {
		return "", d, bad("has another typ than cis2-device-proof+jwt")
	}
	if header.JSONWebKey == nil {
		return "", d, bad("brings no jwk")
	}
	public, ok := header.JSONWebKey.Key.(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() {
		return "", d, bad("brings a jwk that is not a public key on P-256")
	}
	payload, err := jws.Verify(public)
	if err != nil || json.Unmarshal(payload, &d) != nil {
		return "", d, bad("is not signed by its own key, or its claims cannot be read")
	}
	sum, err := header.JSONWebKey.Thumbprint(crypto.SHA256)
	return base64.RawURLEncoding.EncodeToString(sum), d, err
}
