package card

import "crypto/x509"

// Keep remembers a certificate.
func (m *Memory) Keep(k Key, c *x509.Certificate) {
	if m.Certificates == nil {
		m.Certificates = make(map[Key]*x509.Certificate)
	}
	m.Certificates[k] = c
}

// Note remembers bytes of a driver's own under name. They must hold no secret.
func (m *Memory) Note(name string, value []byte) {
	if m.Notes == nil {
		m.Notes = make(map[string][]byte)
	}
	m.Notes[name] = value
}
