// Signs in with openid-client 6 from npm: PKCE, state, nonce, private_key_jwt.
//   node openid.mjs ISSUER CLIENT_ID KEY.pem KID ALG REDIRECT_URI [aud=issuer]
import * as oidc from 'openid-client'
import { issuer, clientId, key, kid, redirect, audience, serve } from './login.mjs'

async function begin() {
  let tokenEndpoint
  const options = audience === 'aud=issuer'
    ? {}
    : { [oidc.modifyAssertion]: (header, payload) => { payload.aud = tokenEndpoint } }
  const config = await oidc.discovery(new URL(issuer), clientId, undefined,
    oidc.PrivateKeyJwt({ key, kid }, options), { execute: [oidc.allowInsecureRequests] })
  tokenEndpoint = config.serverMetadata().token_endpoint

  const verifier = oidc.randomPKCECodeVerifier()
  const state = oidc.randomState()
  const nonce = oidc.randomNonce()
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirect,
    scope: 'openid profile nationalrbacaccess',
    acr_values: 'AAL3_ANY',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  }).href
  return {
    url,
    finish: async (back) => {
      const tokens = await oidc.authorizationCodeGrant(config, back,
        { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true })
      const claims = tokens.claims()
      return {
        claims,
        userinfo: await oidc.fetchUserInfo(config, tokens.access_token, claims.sub),
        leave: (after, state) => oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: after, state }),
      }
    },
  }
}

await serve(begin, (e) => ({
  error: e.error ?? e.code ?? e.message,
  description: e.error_description ?? `${e.message} ${e.cause?.claim ?? e.cause?.cause?.claim ?? ''}`,
}))
