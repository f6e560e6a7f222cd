package fault

import "strconv"

// jwksHuge is the fault provider.jwks-huge: two thousand keys are published.
var jwksHuge = Info{
	ID:    "provider.jwks-huge",
	Title: "Two thousand keys are published",
	Why:   "A key is added at every start and none is taken away.",
	Owes:  survive("find the right one, in bounded time"),
	At:    []string{JWKS},
	Answer: func(c *Call, a *Answer) {
		a.keys(func(list []any) []any {
			var many []any
			key := c.stray(c.Alg)
			for n := range 2000 {
				many = append(many, public(c.Alg, key, "old-"+strconv.Itoa(n)))
			}
			return append(many, list...)
		})
	},
}
