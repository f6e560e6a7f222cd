// Calls one hub method with a classic SignalR client from npm, from a page of
// the given origin, and prints the result as JSON.
//   node signalr.mjs http://localhost:43485 signingHub requestToSign ARG ORIGIN [TRANSPORT]
import { JSDOM } from 'jsdom'

const [url, hub, method, argument, origin, transport = 'longPolling'] = process.argv.slice(2)
const dom = new JSDOM('', { url: origin })
// The client looks for these names when it is loaded.
globalThis.window = dom.window
globalThis.document = dom.window.document
globalThis.XMLHttpRequest = dom.window.XMLHttpRequest
const { hubConnection } = await import('signalr-no-jquery')

function fail(where, error) {
  console.error(`${where}: ${error?.message ?? error}`)
  process.exit(1)
}

setTimeout(() => fail('timeout', 'no answer within 30 s'), 30000)
const connection = hubConnection(url, { useDefaultPath: true })
const proxy = connection.createHubProxy(hub)
connection.error((e) => { if (!stopping) fail('connection', e) })
let stopping = false
connection.start({ transport, withCredentials: true })
  .done(() => {
    proxy.invoke(method, argument)
      .done((result) => {
        stopping = true
        console.log(JSON.stringify(result))
        connection.stop()
        process.exit(0)
      })
      .fail((e) => fail('invoke', e))
  })
  .fail((e) => fail('start', e))
