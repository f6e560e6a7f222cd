// Signs in with oauth4webapi from npm, which leaves every step to its user:
// PKCE, state, nonce, private_key_jwt.
//   node oauth4webapi.mjs ISSUER CLIENT_ID KEY.pem KID ALG REDIRECT_URI [aud=issuer]
import * as oauth from 'oauth4webapi'
import { issuer, clientId, key, kid, redirect, audience, serve } from './login.mjs'

const insecure = { [oauth.allowInsecureRequests]: true }
const client = { client_id: clientId }

async function begin() {
  const url = new URL(issuer)
  const as = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, insecure))
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const to = new URL(as.authorization_endpoint)
  for (const [name, value] of Object.entries({
    client_id: clientId, redirect_uri: redirect, response_type: 'code', scope: 'openid profile nationalrbacaccess',
    acr_values: 'AAL3_ANY', code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', state, nonce,
  })) to.searchParams.set(name, value)
  const options = audience === 'aud=issuer' ? {} : { [oauth.modifyAssertion]: (header, payload) => { payload.aud = as.token_endpoint } }
  return {
    url: to.href,
    finish: async (back) => {
      const params = oauth.validateAuthResponse(as, client, back, state)
      const response = await oauth.authorizationCodeGrantRequest(as, client, oauth.PrivateKeyJwt({ key, kid }, options), params, redirect, verifier, insecure)
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce, requireIdToken: true })
      await oauth.validateApplicationLevelSignature(as, response, insecure)
      const claims = oauth.getValidatedIdTokenClaims(tokens)
      const info = await oauth.userInfoRequest(as, client, tokens.access_token, insecure)
      return {
        claims,
        userinfo: await oauth.processUserInfoResponse(as, client, claims.sub, info),
        leave: (after, state) => { // the library only knows where
          const out = new URL(as.end_session_endpoint)
          for (const [name, value] of Object.entries({ id_token_hint: tokens.id_token, post_logout_redirect_uri: after, state })) out.searchParams.set(name, value)
          return out
        },
      }
    },
  }
}

await serve(begin, (e) => ({ error: e.error ?? e.code ?? e.message, description: e.error_description ?? `${e.message} ${e.cause?.claim ?? ''}` }))
