// npm oidc-provider as anybody would try it: its own development pages for
// signing in, and the configuration that is given. Arguments: port, JSON with
// the configuration.
import Provider from 'oidc-provider'

const [port, configuration] = process.argv.slice(2)
const provider = new Provider(`http://127.0.0.1:${port}`, {
  ...JSON.parse(configuration),
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Alice Example' }) }),
})
provider.listen(Number(port), '127.0.0.1')
