package fault

// discoveryWithoutSubjectTypes is the fault provider.discovery-without-subject-types: discovery lacks subject_types_supported.
var discoveryWithoutSubjectTypes = Info{
	ID:    "provider.discovery-without-subject-types",
	Title: "Discovery lacks subject_types_supported",
	Why:   "Hand-written discovery documents forget required members that few clients read.",
	Owes:  lax("OpenID Connect Discovery section 3"),
	At:    []string{Discovery},
	Out: func(x *Exchange) {
		x.JSON(func(d map[string]any) { delete(d, "subject_types_supported") })
	},
}
