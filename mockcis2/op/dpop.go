package op

import (
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/ory/fosite"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// proofLife is how old a DPoP proof may be, and nonceLife a nonce in it.
const (
	proofLife = time.Minute
	nonceLife = 5 * time.Minute
)

// proofs are the algorithms of DPoP proofs: FAPI 2.0 has no RS256 (section
// 5.4.1).
func (m Mode) proofs() []string {
	if m.Require.DPoP {
		return []string{"ES256", "PS256", "EdDSA"}
	}
	return []string{"ES256", "PS256", "EdDSA", "RS256"}
}

// proof is a DPoP proof that holds (RFC 9449 section 4).
type proof struct{ jkt string }

func dpopError(name, hint string) error {
	return &fosite.RFC6749Error{ErrorField: name, CodeField: http.StatusBadRequest, HintField: hint}
}

func badProof(hint string) error { return dpopError("invalid_dpop_proof", hint) }

// proof checks the request's DPoP header, nil when there is none or the mode
// does not know it. token is the access token that it must name, if any.
func (e *Engine) proof(w http.ResponseWriter, r *http.Request, token string) (*proof, error) {
	headers := r.Header.Values("DPoP")
	if !e.Mode.Extras || len(headers) == 0 {
		return nil, nil
	}
	if len(headers) > 1 {
		return nil, badProof("There is more than one DPoP header.")
	}
	key, payload, err := e.unseal(r.Context(), headers[0])
	if err != nil {
		return nil, err
	}
	thumb, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, badProof("The key in the header has no thumbprint.")
	}
	p := &proof{base64.RawURLEncoding.EncodeToString(thumb)}
	return p, e.judgeProof(w, r, payload, p.jkt, token)
}

// unseal checks type, key and signature of a proof, and gives the key in its
// header and its claims (RFC 9449 section 4.3).
func (e *Engine) unseal(ctx context.Context, compact string) (key jose.JSONWebKey, payload []byte, err error) {
	if e.faults.On(ctx, fault.DPoPKeyUnchecked) {
		return believed(compact)
	}
	algs := e.mode(ctx).proofs()
	jws, err := jose.ParseSignedCompact(compact, parseable(algs))
	if err != nil {
		return key, nil, badProof("The DPoP header is not a compact JWS with alg " + strings.Join(algs, ", ") + " and a public key as jwk.")
	}
	head := jws.Signatures[0].Protected
	if typ, _ := head.ExtraHeaders[jose.HeaderType].(string); typ != "dpop+jwt" {
		return key, nil, badProof("typ must be dpop+jwt.")
	}
	if head.JSONWebKey == nil || !head.JSONWebKey.Valid() || !head.JSONWebKey.IsPublic() {
		return key, nil, badProof("The header must hold a public key as jwk.")
	}
	if payload, err = jws.Verify(head.JSONWebKey); err != nil {
		return key, nil, badProof("The key in the header does not verify the signature.")
	}
	return *head.JSONWebKey, payload, nil
}

// believed reads a proof without a look at anything, for the fault
// DPoPKeyUnchecked.
func believed(compact string) (key jose.JSONWebKey, payload []byte, err error) {
	header, rest, _ := strings.Cut(compact, ".")
	body, _, _ := strings.Cut(rest, ".")
	var named struct {
		Key jose.JSONWebKey `json:"jwk"`
	}
	raw, err := base64.RawURLEncoding.DecodeString(header)
	if err != nil || json.Unmarshal(raw, &named) != nil || !named.Key.Valid() {
		return key, nil, badProof("The DPoP header has no key.")
	}
	if payload, err = base64.RawURLEncoding.DecodeString(body); err != nil {
		return key, nil, badProof("The DPoP header has no claims.")
	}
	return named.Key, payload, nil
}

// judgeProof looks at the claims of a proof (RFC 9449 section 4.3).
func (e *Engine) judgeProof(w http.ResponseWriter, r *http.Request, payload []byte, jkt, token string) error {
	var c struct {
		Method string   `json:"htm"`
		URI    string   `json:"htu"`
		ID     string   `json:"jti"`
		Issued *float64 `json:"iat"`
		Token  string   `json:"ath"`
		Nonce  string   `json:"nonce"`
	}
	if json.Unmarshal(payload, &c) != nil || c.ID == "" || c.Issued == nil {
		return badProof("jti or iat is missing, or a claim has the wrong type.")
	}
	if e.faults.On(r.Context(), fault.DPoPClaimsUnchecked) {
		return nil
	}
	now := e.now()
	age := now.Sub(time.Unix(int64(*c.Issued), 0))
	switch {
	case c.Method != r.Method:
		return badProof("htm is not the method of this request.")
	case bareURL(c.URI) != bareURL(e.here(r)):
		return badProof("htu is not " + e.here(r) + ".")
	case age > proofLife || age < -leeway:
		return badProof("iat is more than a minute ago, or in the future.")
	case token != "" && c.Token != hash(token):
		return badProof("ath is not the hash of the access token.")
	}
	if e.Mode.Require.DPoPNonce || c.Nonce != "" {
		w.Header().Set("DPoP-Nonce", e.nonces.make())
		if !e.nonces.good(c.Nonce) {
			return dpopError("use_dpop_nonce", "The proof must carry the nonce of the DPoP-Nonce header.")
		}
	}
	if !e.store.useJTI(r.Context(), "DPoP "+jkt, c.ID, now.Add(2*proofLife)) {
		return badProof("jti was used before.")
	}
	return nil
}

// here is the URL of the endpoint in hand, under the issuer's name.
func (e *Engine) here(r *http.Request) string {
	u, err := url.Parse(e.issuer)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host + r.URL.Path
}

// bareURL leaves out query, fragment and a default port (RFC 3986 section 6.2.3).
func bareURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	host := strings.ToLower(u.Host)
	switch scheme := strings.ToLower(u.Scheme); {
	case scheme == "https":
		return scheme + "://" + strings.TrimSuffix(host, ":443") + u.EscapedPath()
	default:
		return scheme + "://" + strings.TrimSuffix(host, ":80") + u.EscapedPath()
	}
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// bind ties a grant to the proof's key. A key that was announced, or that a
// public client's refresh token is bound to, must be the one (RFC 9449 sections
// 5 and 10).
func (e *Engine) bind(ctx context.Context, s *session, p *proof, public, refresh bool) error {
	if p == nil && e.mode(ctx).Require.DPoP {
		return badProof("A DPoP proof is needed here.")
	}
	held := s.jkt != "" && (!refresh || public && s.bound)
	if held && (p == nil || p.jkt != s.jkt) && !e.faults.On(ctx, fault.DPoPUnbound) {
		return fosite.ErrInvalidGrant.WithHint("The grant belongs to another DPoP key.")
	}
	s.bound = p != nil
	if p != nil {
		s.jkt = p.jkt
	}
	return nil
}

// nonces are made of the time and a MAC: nothing is kept.
type nonces struct {
	key []byte
	now func() time.Time
}

func nonceKey(r io.Reader) []byte {
	key := make([]byte, 32)
	_, _ = io.ReadFull(r, key) // no secret hangs on it
	return key
}

func (n nonces) make() string { return n.at(n.now().Unix()) }

func (n nonces) at(t int64) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(t))
	mac := hmac.New(sha256.New, n.key)
	mac.Write(b)
	return base64.RawURLEncoding.EncodeToString(append(b, mac.Sum(nil)[:16]...))
}

func (n nonces) good(text string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) != 24 {
		return false
	}
	t := int64(binary.BigEndian.Uint64(raw))
	return hmac.Equal([]byte(n.at(t)), []byte(text)) && n.now().Sub(time.Unix(t, 0)).Abs() < nonceLife
}
