package testpki

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"
)

// use is what sets the two certificates of a card apart.
type use struct {
	keyUsage x509.KeyUsage
	policy   asn1.ObjectIdentifier
	path     string
}

// The two certificate policies under the NHS arc 1.2.826.0.1275.
var (
	authenticationUse = use{x509.KeyUsageDigitalSignature, asn1.ObjectIdentifier{1, 2, 826, 0, 1275, 101, 0, 3, 1, 1}, "auth"}
	commitmentUse     = use{x509.KeyUsageContentCommitment, asn1.ObjectIdentifier{1, 2, 826, 0, 1275, 102, 0, 3, 2, 0}, "sign"}
)

// oid is the policy in the form that certificates are made from: since Go 1.24
// PolicyIdentifiers is only read.
func (u use) oid() x509.OID {
	o, err := x509.ParseOID(u.policy.String())
	if err != nil {
		panic("testpki: " + err.Error())
	}
	return o
}

// leaf issues a card's certificate. Its subject is O=nhs, OU=People,
// CN=UUID_First_Last, in that order: old clients read the third name.
func (a *Authority) leaf(h Holder, key crypto.PublicKey, from, to time.Time, u use) *x509.Certificate {
	return create(&x509.Certificate{
		SerialNumber:          serial(h, from, u),
		Subject:               pkix.Name{Organization: []string{"nhs"}, OrganizationalUnit: []string{"People"}, CommonName: h.UUID + "_" + h.First + "_" + h.Last},
		NotBefore:             from,
		NotAfter:              to,
		KeyUsage:              u.keyUsage,
		BasicConstraintsValid: true,
		Policies:              []x509.OID{u.oid()},
		OCSPServer:            []string{"http://ocsp.toy-nhs.test/ocsp"},
		IssuingCertificateURL: []string{"http://pki.toy-nhs.test/g2/" + u.path + ".crt"},
		CRLDistributionPoints: []string{"http://crl.toy-nhs.test/g2/" + u.path + "_c1.crl"},
		ExtraExtensions:       []pkix.Extension{privateKeyUsagePeriod(from, to)},
	}, a, key)
}

// privateKeyUsagePeriod lets the key sign for 70 % of the certificate's life
// (RFC 3280 §4.2.1.4), as NHS certificates do.
func privateKeyUsagePeriod(from, to time.Time) pkix.Extension {
	until := from.Add(to.Sub(from) / 10 * 7)
	value, _ := asn1.Marshal(struct {
		NotBefore time.Time `asn1:"generalized,tag:0"`
		NotAfter  time.Time `asn1:"generalized,tag:1"`
	}{from.UTC(), until.UTC()})
	return pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 16}, Value: value}
}

// serial is the same for the same card, so that a revocation by serial number
// outlives a restart.
func serial(h Holder, from time.Time, u use) *big.Int {
	sum := sha256.Sum256([]byte(h.UUID + from.UTC().Format(time.DateOnly) + u.path))
	return new(big.Int).SetBytes(sum[:8])
}
