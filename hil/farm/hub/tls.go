package hub

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
)

func (i *Identity) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(i.Authority)
	return p
}

// client is for those who call a hub. Whoever answers must be one.
func (i *Identity) client() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{i.Certificate}, RootCAs: i.pool(),
		VerifyConnection: only(Hub),
	}
}

// server is for a hub's listeners: whoever calls must have one of the roles.
func (i *Identity) server(roles ...Role) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{i.Certificate},
		ClientCAs: i.pool(), ClientAuth: tls.RequireAndVerifyClientCert,
		RootCAs:          i.pool(), // routes are called with the same settings
		VerifyConnection: only(roles...),
	}
}

// only lets through connections whose other side has one of the roles.
func only(roles ...Role) func(tls.ConnectionState) error {
	return func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) == 0 {
			return errors.New("the other side shows no certificate")
		}
		n, err := NameOf(s.PeerCertificates[0])
		if err == nil && !slices.Contains(roles, n.Role) {
			err = fmt.Errorf("a %s has no business here", n.Role)
		}
		return err
	}
}
