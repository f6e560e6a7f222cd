// What every relying party here has around its library: one sign-in for each
// line "go" on standard input. It prints {"url"}, reads the callback URL as a
// line, and prints {"claims","userinfo"} or {"error","description"}. For a line
// "leave ADDRESS" after that it prints {"url"}, where the browser signs out and
// goes to the address with state, and the state.
import { createInterface } from 'node:readline'
import { readFileSync } from 'node:fs'
import { createPrivateKey, webcrypto } from 'node:crypto'

export const [issuer, clientId, keyFile, kid, alg, redirect, audience] = process.argv.slice(2)
const say = (value) => console.log(JSON.stringify(value))

export const pem = createPrivateKey(readFileSync(keyFile))
const hash = alg === 'RS512' ? 'SHA-512' : 'SHA-256'
export const key = await webcrypto.subtle.importKey('pkcs8', pem.export({ format: 'der', type: 'pkcs8' }),
  { name: 'RSASSA-PKCS1-v1_5', hash }, false, ['sign'])

// begin answers with {url, finish}; finish takes the callback URL and answers
// with {claims, userinfo, leave}; leave takes address and state and answers with
// a URL. Each may throw: explain makes words of it.
export async function serve(begin, explain) {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  let leave
  for (;;) {
    const { done, value } = await lines.next()
    if (done) return
    try {
      if (value.startsWith('leave ')) {
        const state = webcrypto.randomUUID()
        say({ url: new URL(await leave(value.slice(6), state)).href, state })
        continue
      }
      const { url, finish } = await begin()
      say({ url })
      const back = await lines.next()
      if (back.done) return
      const session = await finish(new URL(back.value))
      leave = session.leave
      say({ claims: session.claims, userinfo: session.userinfo })
    } catch (e) {
      say(explain(e))
    }
  }
}
