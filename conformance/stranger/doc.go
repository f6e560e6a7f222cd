// Package stranger holds the judges we did not write: OpenSC, openssl,
// openid-client, a classic SignalR client and a browser. If only our own code
// agrees with our own cards and mocks, nothing is proved. It has tests only.
package stranger
