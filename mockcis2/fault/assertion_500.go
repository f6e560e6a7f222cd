package fault

import "net/http"

// assertion500 is the fault provider.assertion-500: the provider fails when the card is proved.
var assertion500 = Info{
	ID:      "provider.assertion-500",
	Title:   "The provider fails when the card is proved",
	Why:     "A directory does not answer.",
	Source:  "agent protocol section 6",
	Owes:    agent("say PROVIDER_UNREACHABLE; spend no further try"),
	At:      []string{Assertion},
	Instead: htmlError(http.StatusInternalServerError),
}
