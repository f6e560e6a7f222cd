package fault

// responseTypeIgnored is the fault provider.response-type-ignored: every response_type is taken for code.
var responseTypeIgnored = Info{
	ID:    "provider.response-type-ignored",
	Title: "Every response_type is taken for code",
	Why:   "Mocks know one flow and do not look which is asked for.",
	Owes:  lax("RFC 6749 section 4.1.2.1"),
	At:    []string{Authorize},
	In: func(x *Exchange) {
		if x.Form.Get("response_type") != "" {
			x.Form.Set("response_type", "code")
		}
	},
}
