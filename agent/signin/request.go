package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// Request is what an identity service asks (PROTOCOL.md §5), verified.
type Request struct {
	Issuer      string `json:"iss"`
	Audience    string `json:"aud"`
	ID          string `json:"jti"`
	Transaction string `json:"txn"`
	Nonce       string `json:"nonce"`
	IssuedAt    int64  `json:"iat"`
	Expires     int64  `json:"exp"`
	ACR         string `json:"acr_values"`
	Client      string `json:"client_name"`
	Environment string `json:"environment"`
	Device      string `json:"device"`
}

// ageLimit is how long a request may live; clockLimit how wrong a local clock
// may be, with a minute for the answer's own way; leeway is for iat alone.
const (
	ageLimit   = 600 * time.Second
	clockLimit = 11 * time.Minute
	leeway     = 60 * time.Second
)

var (
	validID    = regexp.MustCompile(`^[A-Za-z0-9_-]{22,64}$`)
	validNonce = regexp.MustCompile(`^[A-Za-z0-9_-]{22,512}$`) // 128 bits and more
)

// ValidID says whether id may be a transaction's (PROTOCOL.md §4).
func ValidID(id string) bool { return validID.MatchString(id) }

// fetch gets the request for id and verifies it. skew is what must be added to
// the local clock to have the provider's.
func (s *Service) fetch(ctx context.Context, p *provider, id string) (r Request, skew time.Duration, err error) {
	resp, body, err := p.do(ctx, http.MethodGet, "/smartcard/v1/requests/"+id, "", "")
	if err != nil {
		return r, 0, fetchFailure(err)
	}
	if resp.StatusCode >= 500 {
		return r, 0, fail(ProviderUnreachable, "request: HTTP %d", resp.StatusCode)
	}
	if resp.StatusCode != http.StatusOK {
		return r, 0, fail(RequestRefused, "request: HTTP %d", resp.StatusCode)
	}
	if skew, err = s.skew(resp); err != nil {
		return r, 0, err
	}
	payload, err := p.open(ctx, string(body), "cis2-authn-req+jwt")
	if err != nil && unreachable(err) {
		return r, 0, fail(ProviderUnreachable, "keys: %w", err)
	}
	if err != nil {
		return r, 0, fail(RequestRefused, "request: %w", err)
	}
	if err := json.Unmarshal(payload, &r); err != nil {
		return r, 0, fail(RequestRefused, "request: %w", err)
	}
	now := s.now().Add(skew)
	if err := r.check(p.Issuer, id, now); err != nil {
		return r, 0, fail(RequestRefused, "request: %w", err)
	}
	if !s.seen.first(r.Issuer+" "+r.ID, now, time.Unix(r.Expires, 0)) {
		return r, 0, fail(RequestRefused, "request: jti %q was answered before", r.ID)
	}
	return r, skew, nil
}

// fetchFailure tells too large an answer, which is refused, from none.
func fetchFailure(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fail(RequestRefused, "request: larger than %d bytes", maxToken)
	}
	return fail(ProviderUnreachable, "request: %w", err)
}

// skew compares the clocks. An answer without a Date is taken as no skew.
func (s *Service) skew(resp *http.Response) (time.Duration, error) {
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0, nil
	}
	skew := date.Sub(s.now()).Round(time.Second)
	if skew.Abs() > clockLimit {
		return 0, fail(RequestRefused, "this computer's clock and the identity service's are %v apart", skew)
	}
	return skew, nil
}

// check holds a request to PROTOCOL.md §5. now is the provider's time.
func (r Request) check(issuer settings.Issuer, id string, now time.Time) error {
	issued, ends := time.Unix(r.IssuedAt, 0), time.Unix(r.Expires, 0)
	switch {
	case r.Issuer != issuer.URL:
		return fmt.Errorf("iss is %q", r.Issuer)
	case r.Audience != audience:
		return fmt.Errorf("aud is %q", r.Audience)
	case r.Transaction != id:
		return fmt.Errorf("txn is %q, asked for %q", r.Transaction, id)
	case r.ID == "" || len(r.ID) > 512:
		return errors.New("no usable jti")
	case !validNonce.MatchString(r.Nonce):
		return errors.New("nonce is not 128 bits of base64url")
	case !now.Before(ends):
		return fmt.Errorf("it ended at %v", ends.UTC())
	case issued.After(now.Add(leeway)):
		return fmt.Errorf("it begins at %v", issued.UTC())
	case ends.Sub(issued) > ageLimit || !ends.After(issued):
		return fmt.Errorf("it lives %v", ends.Sub(issued))
	case r.Device != "required" && r.Device != "preferred" && r.Device != "none":
		return fmt.Errorf("device is %q", r.Device)
	}
	return nil
}

// audience is the agent, in requests and receipts.
const audience = "smartcard-connect"
