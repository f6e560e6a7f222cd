// Signs in with openid-client from npm: PKCE, state, nonce and private_key_jwt.
// Prints {"url"} first; reads the callback URL as a line on standard input;
// prints {"claims","userinfo"} or {"error"}.
//   node openid.mjs ISSUER CLIENT_ID KEY.pem KID ALG REDIRECT_URI [aud=issuer]
import { createInterface } from 'node:readline'
import { readFileSync } from 'node:fs'
import { createPrivateKey, webcrypto } from 'node:crypto'
import * as oidc from 'openid-client'

const [issuer, clientId, keyFile, kid, alg, redirect, audience] = process.argv.slice(2)
const say = (value) => console.log(JSON.stringify(value))

const der = createPrivateKey(readFileSync(keyFile)).export({ format: 'der', type: 'pkcs8' })
const hash = alg === 'RS512' ? 'SHA-512' : 'SHA-256'
const key = await webcrypto.subtle.importKey('pkcs8', der, { name: 'RSASSA-PKCS1-v1_5', hash }, false, ['sign'])

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
say({
  url: oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirect,
    scope: 'openid profile nationalrbacaccess',
    acr_values: 'AAL3_ANY',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  }).href,
})

for await (const line of createInterface({ input: process.stdin })) {
  try {
    const tokens = await oidc.authorizationCodeGrant(config, new URL(line),
      { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true })
    const claims = tokens.claims()
    say({ claims, userinfo: await oidc.fetchUserInfo(config, tokens.access_token, claims.sub) })
  } catch (e) {
    say({ error: e.error ?? e.code ?? e.message, description: e.error_description ?? `${e.message} ${e.cause?.claim ?? e.cause?.cause?.claim ?? ''}` })
  }
  process.exit(0)
}
