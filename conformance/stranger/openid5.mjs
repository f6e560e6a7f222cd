// Signs in with openid-client 5 from npm, which many applications still use:
// PKCE, state, nonce, private_key_jwt.
//   node openid5.mjs ISSUER CLIENT_ID KEY.pem KID ALG REDIRECT_URI [aud=issuer]
import { Issuer, generators } from 'openid-client-5'
import { issuer, clientId, pem, kid, alg, redirect, audience, serve } from './login.mjs'

async function begin() {
  const found = await Issuer.discover(issuer)
  const client = new found.Client({
    client_id: clientId,
    redirect_uris: [redirect],
    response_types: ['code'],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: alg,
  }, { keys: [{ ...pem.export({ format: 'jwk' }), kid, use: 'sig', alg }] })
  const verifier = generators.codeVerifier()
  const state = generators.state()
  const nonce = generators.nonce()
  const url = client.authorizationUrl({
    scope: 'openid profile nationalrbacaccess',
    acr_values: 'AAL3_ANY',
    code_challenge: generators.codeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  })
  // Its own aud is a list of issuer and token endpoint; CIS2 wants one string.
  const extra = audience === 'aud=issuer' ? {} : { clientAssertionPayload: { aud: found.metadata.token_endpoint } }
  return {
    url,
    finish: async (back) => {
      const tokens = await client.callback(redirect, client.callbackParams(back.href),
        { code_verifier: verifier, state, nonce, response_type: 'code' }, extra)
      return {
        claims: tokens.claims(),
        userinfo: await client.userinfo(tokens),
        leave: (after, state) => client.endSessionUrl({ id_token_hint: tokens, post_logout_redirect_uri: after, state }),
      }
    },
  }
}

await serve(begin, (e) => ({ error: e.error ?? e.message, description: e.error_description ?? e.message }))
