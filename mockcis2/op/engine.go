// Package op is the OpenID provider: fosite's state machines for code and PKCE
// behind one boundary, with our own store, client authentication, key ring and
// tokens. Each endpoint is a struct of its inputs in a file of its own and can
// be built alone. No other package of ours knows fosite.
package op

import (
	"context"
	"errors"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// What CIS2 shows of itself.
const (
	Realm     = "/NHSIdentity/Healthcare"
	TokenLife = 3599 * time.Second
	CodeLife  = time.Minute
)

// Engine composes fosite. Build it with New.
type Engine struct {
	issuer   string
	store    *store
	remote   remoteKeys
	provider fosite.OAuth2Provider
	faults   *fault.Set
	now      func() time.Time
}

// New composes an engine for one issuer. Clock and randomness come in.
func New(issuer string, ring *KeyRing, clients []Client, faults *fault.Set, now func() time.Time, rand io.Reader) *Engine {
	e := &Engine{issuer: issuer, store: newStore(clients, faults, now), faults: faults, now: now}
	config := e.config()
	s := strategy{issuer, ring, faults, now, rand}
	all := &compose.CommonStrategy{CoreStrategy: s, OpenIDConnectTokenStrategy: s, Signer: signer{ring}}
	e.provider = compose.Compose(config, e.store, all, compose.OAuth2AuthorizeExplicitFactory,
		compose.OpenIDConnectExplicitFactory, compose.OAuth2TokenIntrospectionFactory,
		compose.OAuth2PKCEFactory) // PKCE after the code handler
	return e
}

// config sets every field that fosite would otherwise fill in lazily, and
// racily.
func (e *Engine) config() *fosite.Config {
	return &fosite.Config{
		IDTokenIssuer: e.issuer, TokenURL: e.issuer + "/access_token",
		AccessTokenLifespan: TokenLife, AuthorizeCodeLifespan: CodeLife, IDTokenLifespan: time.Hour, RefreshTokenLifespan: -1,
		RefreshTokenScopes: []string{"offline_access"}, MinParameterEntropy: 1, OmitRedirectScopeParam: true,
		ScopeStrategy: fosite.ExactScopeStrategy, AudienceMatchingStrategy: fosite.DefaultAudienceMatchingStrategy,
		RedirectSecureChecker: e.secure, DisableRefreshTokenValidation: true,
		AllowedPromptValues: []string{"login", "none", "consent", "select_account"},
		ClientSecretsHasher: noHasher{}, JWKSFetcherStrategy: noFetcher{},
		ClientAuthenticationStrategy: e.authenticate,
		FormPostHTMLTemplate:         template.Must(template.New("").Parse("")), ResponseModeHandlerExtension: &fosite.DefaultResponseModeHandler{},
		GlobalSecret: make([]byte, 32), // not used: codes and tokens are ours
	}
}

func (e *Engine) secure(ctx context.Context, u *url.URL) bool {
	return secure(ctx, u) || e.faults.On(fault.RedirectUnchecked)
}

func (e *Engine) shift() time.Duration { return time.Until(e.now()) }

// describe turns fosite's error into RFC 6749 names and one sentence.
func describe(err error) (status int, name, description string) {
	var oidc *fosite.RFC6749Error
	if !errors.As(err, &oidc) {
		return http.StatusInternalServerError, "server_error", "The provider made a mistake."
	}
	name, status = oidc.ErrorField, oidc.CodeField
	if name == "error" || name == "invalid_state" || name == "not_found" {
		name, status = "invalid_request", http.StatusBadRequest
	}
	description = oidc.GetDescription()
	if oidc.HintField != "" {
		description = oidc.HintField
	}
	return status, name, description
}

// noHasher and noFetcher stand where fosite's own client authentication would
// be: ours replaces it, and neither may ever be reached.
type noHasher struct{}

func (noHasher) Compare(context.Context, []byte, []byte) error { return errNotUsed }

func (noHasher) Hash(context.Context, []byte) ([]byte, error) { return nil, errNotUsed }

var errNotUsed = errors.New("client authentication is not fosite's here")

type noFetcher struct{ fosite.JWKSFetcherStrategy }

// isSpent says whether the error is that of a code that another request spent
// in between.
func isSpent(err error) bool { return errors.Is(err, fosite.ErrInvalidatedAuthorizeCode) }
