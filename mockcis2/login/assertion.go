package login

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/pki"
)

// proof is a card assertion's claims (PROTOCOL section 6).
type proof struct {
	Issuer  string `json:"iss"`
	Subject string `json:"sub"`
	Aud     any    `json:"aud"`
	Txn     string `json:"txn"`
	Nonce   string `json:"nonce"`
	ID      string `json:"jti"`
	Issued  int64  `json:"iat"`
	Ends    int64  `json:"exp"`
}

var errProof = errors.New("card assertion refused")

// assertion is POST {issuer}/smartcard/v1/assertions.
func (l *Login) assertion(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", l.Now().UTC().Format(http.TimeFormat))
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/jwt" {
		problem(w, http.StatusBadRequest, "invalid_request", "Content-Type must be application/jwt.")
		return
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 16384))
	if err != nil {
		problem(w, http.StatusBadRequest, "invalid_request", "The assertion is too long.")
		return
	}
	p, certificate, err := open(string(raw))
	if err != nil {
		problem(w, http.StatusBadRequest, "invalid_request", err.Error())
		return
	}
	t, person, err := l.judge(r.Context(), p, certificate)
	if err != nil {
		l.Event("card assertion refused: " + err.Error())
		problem(w, http.StatusForbidden, "access_denied", err.Error())
		return
	}
	token, err := l.receipt(t, person)
	if err != nil {
		problem(w, http.StatusInternalServerError, "server_error", "The receipt cannot be signed.")
		return
	}
	l.Event("card of " + person.UUID + " accepted")
	l.jwt(w, token)
}

// open parses an assertion and verifies its signature by the one certificate
// in x5c, whom nobody trusts yet.
func open(raw string) (proof, *x509.Certificate, error) {
	jws, err := jose.ParseSigned(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || len(jws.Signatures) != 1 {
		return proof{}, nil, fmt.Errorf("%w: not a compact JWS with alg RS256", errProof)
	}
	header := jws.Signatures[0].Protected.ExtraHeaders
	if header[jose.HeaderType] != "cis2-card-assertion+jwt" {
		return proof{}, nil, fmt.Errorf("%w: typ is not cis2-card-assertion+jwt", errProof)
	}
	certificate, err := onlyCertificate(raw)
	if err != nil {
		return proof{}, nil, err
	}
	payload, err := jws.Verify(certificate.PublicKey)
	if err != nil {
		return proof{}, nil, fmt.Errorf("%w: the certificate's key does not verify it", errProof)
	}
	var p proof
	if err := json.Unmarshal(payload, &p); err != nil {
		return proof{}, nil, fmt.Errorf("%w: claims cannot be read", errProof)
	}
	return p, certificate, nil
}

func onlyCertificate(raw string) (*x509.Certificate, error) {
	var header struct {
		X5C []string `json:"x5c"`
	}
	for i := range raw {
		if raw[i] != '.' {
			continue
		}
		text, err := base64.RawURLEncoding.DecodeString(raw[:i])
		if err != nil || json.Unmarshal(text, &header) != nil {
			break
		}
		break
	}
	if len(header.X5C) != 1 {
		return nil, fmt.Errorf("%w: x5c must hold exactly one certificate", errProof)
	}
	der, err := base64.StdEncoding.DecodeString(header.X5C[0])
	if err != nil {
		return nil, fmt.Errorf("%w: x5c is not base64 DER", errProof)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("%w: x5c is not a certificate", errProof)
	}
	return c, nil
}

// judge decides, and marks the transaction as proved: that happens once.
func (l *Login) judge(ctx context.Context, p proof, c *x509.Certificate) (*transaction, people.Person, error) {
	now := l.Now()
	trust := l.Trust()
	trust.InsecureAnyAuthority = l.Faults.On(ctx, fault.AnyCA)
	trust.InsecureAnyCertificate = l.Faults.On(ctx, fault.AnyCertificate)
	trust.InsecureIgnoreRevocation = l.Faults.On(ctx, fault.RevocationIgnored) || l.Faults.On(ctx, fault.AnyCA)
	uuid, err := trust.Holder(c, now)
	if err != nil {
		return nil, people.Person{}, err
	}
	if l.Faults.On(ctx, fault.CardSubUnchecked) {
		uuid = p.Subject
	}
	if why := l.wrong(ctx, p, uuid, now); why != "" {
		return nil, people.Person{}, fmt.Errorf("%w: %s", errProof, why)
	}
	person, ok := l.Person(uuid)
	if !ok {
		return nil, people.Person{}, fmt.Errorf("%w: nobody here has the UUID %s", errProof, uuid)
	}
	if err := fit(person, trust); err != nil {
		return nil, people.Person{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.transactions[p.Txn]
	if !ok || t.state != waiting && !(t.state == proved && l.Faults.On(ctx, fault.CardReplay)) || !t.fetched || !now.Before(t.ends) {
		return nil, people.Person{}, fmt.Errorf("%w: the transaction is unknown or has ended", errProof)
	}
	if p.Nonce != t.nonce {
		return nil, people.Person{}, fmt.Errorf("%w: nonce is not the request's", errProof)
	}
	way := cardWay(t.ask)
	if !person.Can(way) {
		return nil, people.Person{}, fmt.Errorf("%w: %s does not sign in by %s", errProof, uuid, way)
	}
	t.state, t.person, t.way, t.at = proved, person, way, now
	return t, person, nil
}

// fit says what is wrong with a persona's card, whatever its certificate says.
func fit(p people.Person, trust pki.Trust) error {
	switch {
	case p.NoCard:
		return fmt.Errorf("%w: %s has no card", errProof, p.UUID)
	case p.Expired && !trust.InsecureAnyCertificate:
		return fmt.Errorf("%w: the card of %s has expired", errProof, p.UUID)
	case p.Revoked && !trust.InsecureIgnoreRevocation:
		return pki.ErrRevoked
	}
	return nil
}

func (l *Login) wrong(ctx context.Context, p proof, uuid string, now time.Time) string {
	const slack = 10
	switch at := now.Unix(); {
	case p.Issuer != uuid || p.Subject != uuid:
		return "iss and sub must be the UUID in the certificate"
	case p.Aud != l.Issuer && !l.Faults.On(ctx, fault.CardAudUnchecked):
		return "aud must be the issuer, as a string"
	case p.ID == "":
		return "jti is missing"
	case p.Issued > at+slack || p.Ends <= at-slack:
		return "it is from another time"
	case p.Ends-p.Issued > 60 || p.Ends <= p.Issued:
		return "it may live for 60 s at most"
	}
	return ""
}

// receipt signs the answer with a fresh ticket.
func (l *Login) receipt(t *transaction, p people.Person) (string, error) {
	now := l.Now()
	value := l.token()
	l.mu.Lock()
	l.tickets[value] = &ticket{tx: t, ends: now.Add(ticketLife)}
	l.mu.Unlock()
	c := map[string]any{"iss": l.Issuer, "aud": "smartcard-connect", "txn": t.id, "nonce": t.nonce, "sub": p.UUID,
		"jti": l.token(), "iat": now.Unix(), "exp": now.Add(ticketLife).Unix(), "ticket": value}
	return l.Ring.Sign("cis2-receipt+jwt", c)
}

func problem(w http.ResponseWriter, status int, name, description string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": name, "error_description": description})
}
