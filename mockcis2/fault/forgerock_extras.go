package fault

import "time"

// forgerockExtras is the fault provider.forgerock-extras: the ID token is full of claims nobody documented.
var forgerockExtras = Info{
	ID:     "provider.forgerock-extras",
	Title:  "The ID token is full of claims nobody documented",
	Why:    "ForgeRock adds claims with every release, of every type.",
	Source: "OpenID Connect Core section 2",
	Owes:   survive("ignore what is not understood"),
	At:     []string{Token},
	IDToken: func(c map[string]any, _ time.Time) {
		c["org.forgerock.openidconnect.amr_acr"], c["ctsId"], c["grace"] = map[string]any{"deep": []any{1, nil, true}}, nil, 1.5
		c["jwks"], c["s_hash"], c["tokenType"] = []any{}, "", []any{"JWTToken"}
	},
}
