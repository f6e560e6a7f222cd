package fault

// challengeMalformedAccepted is the fault provider.challenge-malformed-accepted: a code_challenge that is malformed or plain is dropped in silence.
var challengeMalformedAccepted = Info{
	ID:    "provider.challenge-malformed-accepted",
	Title: "A code_challenge that is malformed or plain is dropped in silence",
	Why:   "The provider does not look at what it will not need.",
	Owes:  lax("RFC 7636 section 4.4.1"),
	At:    []string{Authorize},
	In: func(x *Exchange) {
		if x.Form.Get("code_challenge_method") != "S256" || len(x.Form.Get("code_challenge")) != 43 {
			x.Form.Del("code_challenge")
			x.Form.Del("code_challenge_method")
		}
	},
}
