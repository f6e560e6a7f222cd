package fault

// rotatedKeyDropped is the fault provider.rotated-key-dropped: the key set has only the newest key.
var rotatedKeyDropped = Info{
	ID:    "provider.rotated-key-dropped",
	Title: "The key set has only the newest key",
	Why:   "Rotation replaces the file; tokens of a minute ago no longer verify.",
	Owes:  noticed("fetch the keys again once, then refuse"),
	At:    []string{JWKS},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) {
			if keys, ok := d["keys"].([]any); ok {
				d["keys"] = keys[:1]
			}
		})
	},
}
