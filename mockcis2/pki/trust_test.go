package pki_test

import (
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/pki"
)

// Requirement: only a valid, unrevoked authentication certificate of the pinned
// authority signs its holder in, and an unknown status is revoked (PROTOCOL
// section 6). Turned red by: provider.any-ca, provider.revocation-ignored.
func TestHolder(t *testing.T) {
	now := time.Now()
	ca := testpki.Authentication()
	id := testpki.Issue(testpki.Holders()[0], now)
	old := testpki.IssueFor(testpki.Holders()[0], now.AddDate(-3, 0, 0), now.AddDate(-1, 0, 0))
	good := &pki.List{Authority: ca.Certificate, Key: ca.Key}
	bad := &pki.List{Authority: ca.Certificate, Key: ca.Key}
	bad.Revoke(id.Authentication.Certificate.SerialNumber)
	other := &pki.List{Authority: testpki.Signing().Certificate, Key: testpki.Signing().Key}
	stale := func(at time.Time) (*x509.RevocationList, error) { return good.At(at.Add(-48 * time.Hour)) }
	broken := func(time.Time) (*x509.RevocationList, error) { return nil, errors.New("unreachable") }
	for name, c := range map[string]struct {
		certificate *x509.Certificate
		list        func(time.Time) (*x509.RevocationList, error)
		want        error
	}{
		"good":                  {id.Authentication.Certificate, good.At, nil},
		"content commitment":    {id.ContentCommitment.Certificate, good.At, pki.ErrUntrusted},
		"the authority itself":  {ca.Certificate, good.At, pki.ErrUntrusted},
		"expired":               {old.Authentication.Certificate, good.At, pki.ErrValidity},
		"revoked":               {id.Authentication.Certificate, bad.At, pki.ErrRevoked},
		"no list":               {id.Authentication.Certificate, nil, pki.ErrRevoked},
		"list unreachable":      {id.Authentication.Certificate, broken, pki.ErrRevoked},
		"list stale":            {id.Authentication.Certificate, stale, pki.ErrRevoked},
		"list by somebody else": {id.Authentication.Certificate, other.At, pki.ErrRevoked},
	} {
		uuid, err := pki.Trust{Authority: ca.Certificate, Revocation: c.list}.Holder(c.certificate, now)
		if !errors.Is(err, c.want) || c.want == nil && uuid != "555000000017" {
			t.Errorf("%s: %q, %v", name, uuid, err)
		}
	}
}
