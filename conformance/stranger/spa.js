// A page that signs in with oidc-client-ts: code, PKCE, state, nonce. Its server
// spends the code and adds the secret, as CIS2 has confidential clients only.
const manager = new oidc.UserManager({
  authority: settings.issuer,
  client_id: settings.client,
  redirect_uri: location.origin + '/callback',
  post_logout_redirect_uri: location.origin + '/signed-out',
  scope: 'openid profile nationalrbacaccess',
  acr_values: 'AAL3_ANY',
  loadUserInfo: true,
  metadataSeed: { token_endpoint: location.origin + '/access_token', userinfo_endpoint: location.origin + '/userinfo' },
})

function show(value) {
  const p = document.createElement('p')
  p.id = 'arrived'
  p.textContent = JSON.stringify(value)
  document.body.append(p)
}

async function run() {
  if (location.search === '?leave') sessionStorage.setItem('leave', 'at once')
  if (location.pathname === '/signed-out') {
    const back = await manager.signoutRedirectCallback()
    return show({ state: back.userState, error: back.error, signedIn: await manager.getUser() !== null })
  }
  if (location.pathname !== '/callback') {
    const nonce = crypto.randomUUID()
    return manager.signinRedirect({ nonce })
  }
  const user = await manager.signinRedirectCallback()
  if (sessionStorage.getItem('leave')) return manager.signoutRedirect({ state: user.profile.sub })
  show({ claims: user.profile })
}

run().catch((e) => show({ error: e.error ?? e.message, description: e.error_description ?? e.message }))
