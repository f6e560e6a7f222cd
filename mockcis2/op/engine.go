// Package op is the OpenID provider: fosite's state machines for code, PKCE and
// refresh behind one boundary, with our own store, client authentication, key
// ring and tokens. Each endpoint is a struct of its inputs in a file of its own
// and can be built alone. No other package of ours knows fosite.
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
	"github.com/ory/fosite/handler/oauth2"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/handler/pkce"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// What CIS2 shows of itself.
const (
	Realm     = "/NHSIdentity/Healthcare"
	TokenLife = 3599 * time.Second
	CodeLife  = time.Minute
)

// refreshLife is how long a refresh token lives: as long as a session may.
const refreshLife = 12 * time.Hour

// Settings are the inputs of an engine. Issuer, Ring, Faults, Now and Rand are
// needed.
type Settings struct {
	Issuer   string
	Realm    string // claim of every token; empty is Realm
	Mode     Mode   // zero is CIS2
	Ring     *KeyRing
	Clients  []Client
	Faults   *fault.Set
	Now      func() time.Time
	Rand     io.Reader    // read by many goroutines
	HTTP     *http.Client // fetches key sets of clients; nil is one with limits
	Remember int          // codes, tokens and pushed requests that are kept, each; 0 is 2048
}

// Engine composes fosite. Build it with New.
type Engine struct {
	Settings
	issuer   string
	store    *store
	provider fosite.OAuth2Provider
	faults   *fault.Set
	now      func() time.Time
	nonces   nonces
	keys     keySets
}

// New composes an engine for one issuer. Clock and randomness come in.
func New(s Settings) *Engine {
	if s.Realm == "" {
		s.Realm = Realm
	}
	if s.Remember == 0 {
		s.Remember = 2048
	}
	s.Ring.serve(s.Mode.signing(), s.Now)
	e := &Engine{Settings: s, issuer: s.Issuer, faults: s.Faults, now: s.Now, keys: newKeySets(s.HTTP, s.Now)}
	e.store = newStore(s, &e.Mode)
	e.nonces = nonces{key: nonceKey(s.Rand), now: s.Now}
	e.provider = fosite.NewOAuth2Provider(e.store, e.config())
	return e
}

// config sets every field that fosite would otherwise fill in lazily, and
// racily, and hangs the handlers in: PKCE after the code handler.
func (e *Engine) config() *fosite.Config {
	life := time.Duration(-1)
	if e.Mode.Extras {
		life = refreshLife
	}
	c := &fosite.Config{
		IDTokenIssuer: e.issuer, AccessTokenIssuer: e.issuer, TokenURL: e.issuer + "/access_token",
		AccessTokenLifespan: TokenLife, AuthorizeCodeLifespan: CodeLife, IDTokenLifespan: time.Hour, RefreshTokenLifespan: life,
		RefreshTokenScopes: []string{"offline_access"}, MinParameterEntropy: 1, OmitRedirectScopeParam: true,
		EnforcePKCE: e.Mode.Require.PKCE, EnforcePKCEForPublicClients: !e.Mode.Lax.PublicWithoutPKCE, EnablePKCEPlainChallengeMethod: e.Mode.Lax.PlainPKCE,
		ScopeStrategy: fosite.ExactScopeStrategy, AudienceMatchingStrategy: fosite.DefaultAudienceMatchingStrategy,
		RedirectSecureChecker: e.secure, DisableRefreshTokenValidation: true,
		AllowedPromptValues: []string{"login", "none", "consent", "select_account"},
		ClientSecretsHasher: noHasher{}, JWKSFetcherStrategy: noFetcher{},
		ClientAuthenticationStrategy: e.authenticate,
		FormPostHTMLTemplate:         template.Must(template.New("").Parse("")), ResponseModeHandlerExtension: &fosite.DefaultResponseModeHandler{},
		GlobalSecret: make([]byte, 32), // not used: codes and tokens are ours
	}
	s := strategy{e}
	code := &oauth2.AuthorizeExplicitGrantHandler{AccessTokenStrategy: s, RefreshTokenStrategy: s, AuthorizeCodeStrategy: s,
		CoreStorage: e.store, TokenRevocationStorage: e.store, Config: c}
	helper := &openid.IDTokenHandleHelper{IDTokenStrategy: s}
	id := idTokens{&openid.OpenIDConnectExplicitHandler{OpenIDConnectRequestStorage: e.store, IDTokenHandleHelper: helper,
		OpenIDConnectRequestValidator: openid.NewOpenIDConnectRequestValidator(signer{e.Ring}, c), Config: c}}
	proof := &pkce.Handler{AuthorizeCodeStrategy: s, Storage: e.store, Config: c}
	c.AuthorizeEndpointHandlers = fosite.AuthorizeEndpointHandlers{code, id, proof}
	c.TokenEndpointHandlers = fosite.TokenEndpointHandlers{code, id, proof}
	c.TokenIntrospectionHandlers = fosite.TokenIntrospectionHandlers{&oauth2.CoreValidator{CoreStrategy: s, CoreStorage: e.store, Config: c}}
	if e.Mode.Extras {
		c.TokenEndpointHandlers = append(c.TokenEndpointHandlers,
			&oauth2.RefreshTokenGrantHandler{AccessTokenStrategy: s, RefreshTokenStrategy: s, TokenRevocationStorage: e.store, Config: c},
			&openid.OpenIDConnectRefreshHandler{IDTokenHandleHelper: helper, Config: c})
		c.RevocationHandlers = fosite.RevocationHandlers{&oauth2.TokenRevocationHandler{TokenRevocationStorage: e.store, RefreshTokenStrategy: s, AccessTokenStrategy: s}}
	}
	return c
}

// idTokens is fosite's handler, which has nothing to say about a token request
// until it is answered, and says so by a stack trace each time.
type idTokens struct {
	*openid.OpenIDConnectExplicitHandler
}

// HandleTokenEndpointRequest passes the request over.
func (idTokens) HandleTokenEndpointRequest(context.Context, fosite.AccessRequester) error {
	return fosite.ErrUnknownRequest
}

// Routes hangs the endpoints that only some modes have under the issuer's path.
func (e *Engine) Routes(mux *http.ServeMux, path string) {
	if !e.Mode.Extras {
		return
	}
	mux.Handle(path+"/par", PAR{e})
	mux.Handle(path+"/introspect", Introspection{e})
	mux.Handle(path+"/token/revoke", Revocation{e})
}

// Register adds a client, or puts another in its place. It fails on a
// malformed registration, and then nothing changes.
func (e *Engine) Register(c Client) error {
	if err := c.Check(); err != nil {
		return err
	}
	e.store.setClient(c)
	return nil
}

// Deregister forgets a client. It says whether there was one.
func (e *Engine) Deregister(id string) bool { return e.store.dropClient(id) }

// Registered are the clients as they are now, by client_id.
func (e *Engine) Registered() []Client { return e.store.allClients() }

// mode is the rules as they are kept now: without what FAPI 2.0 asks for, by
// the fault FAPI2Unenforced.
func (e *Engine) mode(ctx context.Context) Mode {
	if e.Mode.Require == (Require{}) || !e.faults.On(ctx, fault.FAPI2Unenforced) {
		return e.Mode
	}
	m := Extended()
	m.Signing = e.Mode.Signing
	return m
}

func (e *Engine) secure(ctx context.Context, u *url.URL) bool {
	return secure(ctx, u) || e.Mode.Lax.AnyRedirect || e.faults.On(ctx, fault.RedirectUnchecked)
}

func (e *Engine) shift() time.Duration { return time.Until(e.now()) }

// noHasher and noFetcher stand where fosite's own client authentication would
// be: ours replaces it, and neither may ever be reached.
type noHasher struct{}

func (noHasher) Compare(context.Context, []byte, []byte) error { return errNotUsed }

func (noHasher) Hash(context.Context, []byte) ([]byte, error) { return nil, errNotUsed }

var errNotUsed = errors.New("client authentication is not fosite's here")

type noFetcher struct{ fosite.JWKSFetcherStrategy }

// isSpent says whether the error is that of a code or refresh token that
// another request spent in between.
func isSpent(err error) bool {
	return errors.Is(err, fosite.ErrInvalidatedAuthorizeCode) || errors.Is(err, fosite.ErrInactiveToken)
}
