// A web application with express-openid-connect from npm. /arrived shows the
// claims of who is signed in, /leave?to=&state= signs out. Its client assertion names the issuer, which CIS2
// refuses, and cannot be changed: it signs in with its secret.
//   node express.mjs ISSUER CLIENT_ID SECRET PORT
import express from 'express'
import { createRequire } from 'node:module'

const { auth, requiresAuth } = createRequire(import.meta.url)('express-openid-connect')
const [issuer, clientID, clientSecret, port] = process.argv.slice(2)
const base = `http://127.0.0.1:${port}`
const app = express()

// Memory is where it keeps who has been signed out on the back channel.
class Memory {
  #kept = new Map()
  get(id, done) { done(null, this.#kept.get(id)) }
  set(id, value, done) { this.#kept.set(id, value); done(null) }
  destroy(id, done) { this.#kept.delete(id); done(null) }
}

app.use(auth({
  issuerBaseURL: issuer, baseURL: base, clientID, clientSecret, secret: 'a long, randomly-generated string of a toy',
  authRequired: false, clientAuthMethod: 'client_secret_post', idTokenSigningAlg: 'RS256', session: { cookie: { sameSite: 'Lax', secure: false } },
  authorizationParams: { response_type: 'code', response_mode: 'query', scope: 'openid profile nationalrbacaccess', acr_values: 'AAL3_ANY' },
  routes: { login: false, logout: false }, idpLogout: true, backchannelLogout: { store: new Memory() },
}))
app.get('/begin', (req, res) => res.oidc.login({ returnTo: '/arrived' }))
app.get('/leave', (req, res) => res.oidc.logout({ returnTo: req.query.to, logoutParams: { state: req.query.state } }))
app.get('/arrived', requiresAuth(), async (req, res) => {
  res.json({ claims: req.oidc.idTokenClaims, userinfo: await req.oidc.fetchUserInfo() })
})
app.use((err, req, res, next) => res.status(err.status ?? 500).json({ error: err.error ?? err.code ?? err.message, description: err.error_description ?? err.message }))
app.listen(Number(port), '127.0.0.1', () => console.log('ready'))
