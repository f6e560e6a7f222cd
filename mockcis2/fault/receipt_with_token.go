package fault

// receiptWithToken is the fault provider.receipt-with-token: the receipt hands the agent an access token.
var receiptWithToken = Info{
	ID:     "provider.receipt-with-token",
	Title:  "The receipt hands the agent an access token",
	Why:    "A provider thinks of the agent as one more client; whatever runs on a desktop then holds what belongs to an application.",
	Source: "agent protocol section 7",
	Owes:   lax("agent protocol section 7: a receipt has a ticket and no token"),
	At:     []string{Assertion},
	Answer: func(c *Call, a *Answer) {
		a.reseal(c, func(t *JWT) {
			own := &JWT{Header: map[string]any{"alg": t.alg(), "kid": t.Header["kid"]}, Sign: t.Sign,
				Claims: map[string]any{"iss": c.Issuer, "sub": t.Claims["sub"], "scope": []string{"openid", "nhsperson"}, "token_type": "Bearer"}}
			t.Claims["access_token"] = own.compact()
		})
	},
}
