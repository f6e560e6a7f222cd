// Package testpki is a toy NHS certificate authority whose private keys are
// published in this folder. It makes cards and mocks agree on whom to trust.
// Nothing signed by it means anything: it is for tests and mocks, and a test in
// ci/ keeps it out of the agent.
//
// Names and extensions follow the public samples of NHS certificates; every
// common name of an authority says "Toy".
package testpki

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"embed"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

//go:embed keys/*.pem
var keyFiles embed.FS

// Published is the RSA-2048 private key in keys/NAME.pem: root, authentication,
// signing, provider, management, retired, or card-00 to card-11. It panics on any other name, as a
// missing file is a mistake in a test.
func Published(name string) *rsa.PrivateKey {
	raw, err := keyFiles.ReadFile("keys/" + name + ".pem")
	if err != nil {
		panic("testpki: no published key " + name)
	}
	block, _ := pem.Decode(raw)
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		panic("testpki: key " + name + ": " + err.Error())
	}
	return key
}

// The authorities' certificates are valid for these years whatever the clock
// says, so that any test clock near them works.
var (
	notBefore = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	notAfter  = time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC)
)

// Authority is one certificate authority with its key.
type Authority struct {
	Certificate *x509.Certificate
	Key         *rsa.PrivateKey
}

// Root is the self-signed top of the toy hierarchy.
func Root() *Authority { return authority("root", "Toy NHS Root Authority", nil) }

// Authentication issues the certificates that sign people in.
func Authentication() *Authority {
	return authority("authentication", "Toy NHS Authentication G2", Root())
}

// Signing issues the content-commitment certificates.
func Signing() *Authority { return authority("signing", "Toy NHS Signing G2", Root()) }

func authority(file, name string, parent *Authority) *Authority {
	key := Published(file)
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(int64(len(file))),
		Subject:               pkix.Name{Country: []string{"GB"}, Organization: []string{"nhs"}, OrganizationalUnit: []string{"CA"}, CommonName: name},
		NotBefore:             notBefore,
		NotAfter:              notAfter,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	signer := &Authority{Certificate: template, Key: key}
	if parent != nil {
		signer = parent
	}
	return &Authority{Certificate: create(template, signer, &key.PublicKey), Key: key}
}

// create signs a certificate. The inputs are ours, so a failure is a bug.
func create(template *x509.Certificate, by *Authority, public crypto.PublicKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, by.Certificate, public, by.Key)
	if err != nil {
		panic("testpki: " + err.Error())
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		panic("testpki: " + err.Error())
	}
	return c
}

// Pair is a key and its certificate.
type Pair struct {
	Key         *rsa.PrivateKey
	Certificate *x509.Certificate
}

// Identity is what is written into one card.
type Identity struct {
	Holder            Holder
	Authentication    Pair
	ContentCommitment Pair
}

// Holder is a person with a test card. Index chooses the published keys: holder
// n owns card-2n and card-2n+1.
type Holder struct {
	Index int
	UUID  string // 12 digits
	First string
	Last  string
}

// Holders are the people whose cards emu makes and whom mockcis2 knows, by
// default the first for series 8 and the second for series 9. The UUIDs begin
// 5550 and belong to nobody.
func Holders() []Holder {
	return []Holder{
		{0, "555000000017", "Amina", "Okafor"},
		{1, "555000000025", "Rhys", "Pritchard"},
		{2, "555000000033", "Siobhán", "O'Neill-Ward"},
		{3, "555000000041", "Wei", "Zhang"},
		{4, "555000000058", "Priya", "Raman"},
		{5, "555000000066", "Tom", "Attwood"},
	}
}

// Issue makes h's two certificates, valid from a day before now for two years,
// as the NHS issues them.
func Issue(h Holder, now time.Time) Identity {
	return IssueFor(h, now.Add(-24*time.Hour), now.AddDate(2, 0, -1))
}

// IssueFor is Issue with a validity of one's own, for cards that expired.
func IssueFor(h Holder, from, to time.Time) Identity {
	auth, sign := Published(cardKey(2*h.Index)), Published(cardKey(2*h.Index+1))
	return Identity{
		Holder:            h,
		Authentication:    Pair{auth, Authentication().leaf(h, &auth.PublicKey, from, to, authenticationUse)},
		ContentCommitment: Pair{sign, Signing().leaf(h, &sign.PublicKey, from, to, commitmentUse)},
	}
}

func cardKey(n int) string { return fmt.Sprintf("card-%02d", n) }
