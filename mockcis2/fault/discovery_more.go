package fault

// discoveryMore is the fault provider.discovery-more: discovery announces pushed requests and dynamic registration.
var discoveryMore = Info{
	ID:    "provider.discovery-more",
	Title: "Discovery announces pushed requests and dynamic registration",
	Why:   "Mocks offer more than the real one, and applications come to rely on it.",
	Owes:  lax("NHS CIS2 discovery"),
	At:    []string{Discovery},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) {
			issuer, _ := d["issuer"].(string)
			d["pushed_authorization_request_endpoint"], d["registration_endpoint"] = issuer+"/par", issuer+"/register"
		})
	},
}
