// npm oauth2-mock-server as a login bench sees it. Arguments: port, PEM file of
// the signing key. It takes any application and any redirect URI, and its
// access token is always a JWT.
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { OAuth2Server } from 'oauth2-mock-server'

const [port, keyFile] = process.argv.slice(2)
const key = createPrivateKey(readFileSync(keyFile)).export({ format: 'jwk' })

const server = new OAuth2Server()
await server.issuer.keys.add({ ...key, alg: 'RS256', kid: 'bench' })
await server.start(Number(port), '127.0.0.1')
server.issuer.url = `http://127.0.0.1:${port}`
