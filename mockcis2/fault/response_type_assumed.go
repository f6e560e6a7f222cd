package fault

// responseTypeAssumed is the fault provider.response-type-assumed: a request without response_type is taken for code.
var responseTypeAssumed = Info{
	ID:    "provider.response-type-assumed",
	Title: "A request without response_type is taken for code",
	Why:   "Mocks do not look at it.",
	Owes:  lax("RFC 6749 section 3.1.1"),
	At:    []string{Authorize},
	In: func(x *Exchange) {
		if x.Form.Get("response_type") == "" {
			x.Form.Set("response_type", "code")
		}
	},
}
