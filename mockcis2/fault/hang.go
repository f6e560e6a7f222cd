package fault

import "net/http"

// hang is the fault provider.hang: an endpoint never answers.
var hang = Info{
	ID:     "provider.hang",
	Title:  "An endpoint never answers",
	Why:    "Overload, dropped packets, a firewall that forgets.",
	Params: []Param{endpoint},
	Owes:   refuse("give up after a time of its own and say so"),
	At:     anywhere,
	Instead: func(c *Call, _ http.ResponseWriter) bool {
		<-c.request.Context().Done()
		panic(http.ErrAbortHandler)
	},
}
