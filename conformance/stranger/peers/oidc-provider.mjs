// npm oidc-provider as a login bench sees it: one application, a person who is
// always signed in afresh, no page. Arguments: port, PEM file of the signing
// key, redirect URI. The access token is a JWT, by a resource indicator.
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import Provider from 'oidc-provider'

const [port, keyFile, redirect] = process.argv.slice(2)
const resource = 'https://api.example/'
const key = createPrivateKey(readFileSync(keyFile)).export({ format: 'jwk' })

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: { keys: [{ ...key, use: 'sig', alg: 'RS256', kid: 'bench' }] },
  cookies: { keys: ['bench'] },
  clients: [{
    client_id: 'bench', client_secret: 'bench-secret', redirect_uris: [redirect],
    grant_types: ['authorization_code'], response_types: ['code'], application_type: 'web',
    token_endpoint_auth_method: 'client_secret_basic',
  }],
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: 'api', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }),
    },
  },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ accountId: ctx.oidc.session.accountId, clientId: ctx.oidc.client.clientId })
    grant.addOIDCScope('openid')
    grant.addResourceScope(resource, 'api')
    await grant.save()
    return grant
  },
})

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next()
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: 'somebody' } })
  ctx.respond = false
})

provider.listen(Number(port), '127.0.0.1')
