package fault

// responseModeIgnored is the fault provider.response-mode-ignored: response_mode is ignored.
var responseModeIgnored = Info{
	ID:    "provider.response-mode-ignored",
	Title: "response_mode is ignored",
	Why:   "Mocks do not know the parameter.",
	Owes:  lax("OAuth 2.0 Multiple Response Type Encoding Practices section 2.1"),
	At:    []string{Authorize},
	In: func(x *Exchange) {
		x.Form.Del("response_mode")
	},
}
