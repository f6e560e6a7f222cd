package fault

import "time"

// Delivery is one logout token on its way to an application (OpenID Connect
// Back-Channel Logout 1.0 section 2.5).
type Delivery struct {
	Token string
	Times int           // how often it is sent, one after the other
	After time.Duration // how much later than made, on the provider's clock
}

// Deliver is how a logout token for a client is sent: once and at once, but for
// the faults that are due. The flow is the last one of the session at that
// client.
func (l *Layer) Deliver(client, flow, token string) Delivery {
	d := Delivery{Token: token, Times: 1}
	c := &Call{World: l.World, Endpoint: Backchannel, Client: client, Flow: flow}
	due := l.Set.due(Backchannel, c)
	t, err := c.open(token)
	if err != nil || len(due) == 0 {
		return d
	}
	for _, f := range due {
		if f.LogoutToken != nil {
			f.LogoutToken(f.aimed(c), t)
		}
		if f.Delivery != nil {
			f.Delivery(f.aimed(c), &d)
		}
	}
	d.Token = t.compact()
	return d
}
