package hub

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"strings"
	"time"
)

// Role is what a member of the farm may do; see permission.go.
type Role string

// Roles.
const (
	Hub     Role = "hub"     // a server of the cluster
	Host    Role = "host"    // has readers; may speak for itself only
	Planner Role = "planner" // publishes work, sets devices, reads all
	Viewer  Role = "viewer"  // reads: the gate, the wall
)

// scheme begins the URI in a certificate that says who its holder is, such as
// hil:host/bench-1.
const scheme = "hil"

// Name is who somebody is.
type Name struct {
	Role Role
	ID   string // a host's name; the part of subjects that is its own
}

// URI is the name as it stands in a certificate.
func (n Name) URI() *url.URL {
	return &url.URL{Scheme: scheme, Opaque: string(n.Role) + "/" + url.PathEscape(n.ID)}
}

// NameOf reads the name out of a certificate that was verified. There must be
// exactly one.
func NameOf(c *x509.Certificate) (Name, error) {
	if len(c.URIs) != 1 || c.URIs[0].Scheme != scheme {
		return Name{}, fmt.Errorf("the certificate of %q does not say who it is in this farm", c.Subject.CommonName)
	}
	role, id, _ := strings.Cut(c.URIs[0].Opaque, "/")
	id, err := url.PathUnescape(id)
	if err != nil || id == "" {
		return Name{}, fmt.Errorf("the certificate says %s, which is no name", c.URIs[0])
	}
	return Name{Role(role), id}, nil
}

// Identity is what a member shows to the others: its certificate, chain and key,
// and the authority that it trusts. The key may live in a TPM: any crypto.Signer.
type Identity struct {
	Certificate tls.Certificate
	Authority   *x509.Certificate
}

// Authority issues identities. Its key signs and does nothing else.
type Authority struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// NewAuthority makes the authority of a new farm, with a P-256 key that TPMs and
// every TLS library know.
func NewAuthority(now time.Time, life time.Duration) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := template(pkix.Name{CommonName: "hil farm"}, now, life)
	t.IsCA, t.BasicConstraintsValid, t.MaxPathLenZero = true, true, true
	t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	c, err := sign(t, t, key.Public(), key)
	return &Authority{c, key}, err
}

// Request is for whom an identity is issued.
type Request struct {
	Name    Name
	Public  crypto.PublicKey // P-256
	Servers []string         // a hub's DNS names and addresses
	Life    time.Duration
}

// Issue makes a certificate. Only a hub's serves: a host's cannot pose as one.
func (a *Authority) Issue(now time.Time, r Request) (*x509.Certificate, error) {
	if r.Name.ID == "" || r.Life <= 0 {
		return nil, errors.New("an identity needs a name and a life")
	}
	t := template(pkix.Name{CommonName: r.Name.ID}, now, r.Life)
	t.URIs, t.KeyUsage = []*url.URL{r.Name.URI()}, x509.KeyUsageDigitalSignature
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	switch r.Name.Role {
	case Hub:
		t.ExtKeyUsage = append(t.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
		t.DNSNames, t.IPAddresses = addresses(r.Servers)
	case Host, Planner, Viewer:
		if len(r.Servers) > 0 {
			return nil, fmt.Errorf("a %s serves nobody: %v", r.Name.Role, r.Servers)
		}
	default:
		return nil, fmt.Errorf("there is no role %q", r.Name.Role)
	}
	return sign(t, a.Certificate, r.Public, a.Key)
}

// New makes a key and an identity for it in one go, for those without a TPM.
func (a *Authority) New(now time.Time, r Request) (*Identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	r.Public = key.Public()
	c, err := a.Issue(now, r)
	if err != nil {
		return nil, err
	}
	return &Identity{tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: key, Leaf: c}, a.Certificate}, nil
}

func addresses(servers []string) (names []string, ips []net.IP) {
	for _, s := range servers {
		if ip := net.ParseIP(s); ip != nil {
			ips = append(ips, ip)
		} else {
			names = append(names, s)
		}
	}
	return names, ips
}

func template(subject pkix.Name, now time.Time, life time.Duration) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)) // never fails
	// Clocks of benches differ: valid from ten minutes ago.
	return &x509.Certificate{SerialNumber: serial, Subject: subject, NotBefore: now.Add(-10 * time.Minute), NotAfter: now.Add(life)}
}

func sign(t, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, t, parent, public, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
