package testpki_test

import (
	"crypto"
	"crypto/x509"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// Requirement: a card's certificates chain to the toy root and nowhere else.
// Turned red by: signing the leaf with the other authority's key.
func TestIdentityChainsToRoot(t *testing.T) {
	now := time.Now()
	for _, h := range testpki.Holders() {
		id := testpki.Issue(h, now)
		check(t, id.Authentication, testpki.Authentication(), now)
		check(t, id.ContentCommitment, testpki.Signing(), now)
	}
}

func check(t *testing.T, p testpki.Pair, ca *testpki.Authority, now time.Time) {
	t.Helper()
	roots, middle := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(testpki.Root().Certificate)
	middle.AddCert(ca.Certificate)
	if _, err := p.Certificate.Verify(x509.VerifyOptions{Roots: roots, Intermediates: middle, CurrentTime: now}); err != nil {
		t.Errorf("%s: %v", p.Certificate.Subject, err)
	}
	if !p.Key.PublicKey.Equal(p.Certificate.PublicKey) {
		t.Errorf("%s: certificate is for another key", p.Certificate.Subject)
	}
}

// Requirement: the UUID is the start of the third name of the subject, where
// old clients look. Source: facts on NHS certificates. Turned red by: adding a
// country to the subject.
func TestSubjectOrder(t *testing.T) {
	h := testpki.Holders()[0]
	names := testpki.Issue(h, time.Now()).Authentication.Certificate.Subject.Names
	if len(names) != 3 || names[2].Value != h.UUID+"_Amina_Okafor" {
		t.Errorf("subject is %v", names)
	}
}

// Requirement: each certificate carries the policy of its use, 101 to sign in
// and 102 for content commitment. Source: facts on NHS certificates. Turned red
// by: giving the template PolicyIdentifiers, which Go does not write any more.
func TestPolicies(t *testing.T) {
	id := testpki.Issue(testpki.Holders()[0], time.Now())
	for want, c := range map[string]*x509.Certificate{
		"1.2.826.0.1275.101.0.3.1.1": id.Authentication.Certificate,
		"1.2.826.0.1275.102.0.3.2.0": id.ContentCommitment.Certificate,
	} {
		if len(c.Policies) != 1 || c.Policies[0].String() != want {
			t.Errorf("policies are %v, want %s", c.Policies, want)
		}
	}
}

// Requirement: a holder's further certificates are for the keys beside them,
// chain to the toy root, and are the same each time a card is made. Turned red
// by: deriving a key from a clock.
func TestSpares(t *testing.T) {
	from, to := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	h := testpki.Holders()[3]
	again := testpki.Spares(h, from, to)
	middle, roots := x509.NewCertPool(), x509.NewCertPool()
	middle.AddCert(testpki.Authentication().Certificate)
	roots.AddCert(testpki.Root().Certificate)
	spares := testpki.Spares(h, from, to)
	if len(spares) != 4 {
		t.Errorf("%d keys", len(spares))
	}
	for ref, s := range spares {
		if _, err := s.Certificate.Verify(x509.VerifyOptions{Roots: roots, Intermediates: middle}); err != nil {
			t.Errorf("%X: %v", ref, err)
		}
		public, ok := s.Key.Public().(interface{ Equal(crypto.PublicKey) bool })
		if !ok || !public.Equal(s.Certificate.PublicKey) || !public.Equal(again[ref].Key.Public()) {
			t.Errorf("%X: key and certificate differ, or differ the second time", ref)
		}
		if !s.Certificate.Equal(again[ref].Certificate) {
			t.Errorf("%X: another certificate the second time", ref)
		}
	}
}
