package fault

// wrongContentType is the fault provider.wrong-content-type: an answer says that it is a page.
var wrongContentType = Info{
	ID:     "provider.wrong-content-type",
	Title:  "An answer says that it is a page",
	Why:    "A gateway sets one type for all.",
	Source: "RFC 6749 section 5.1",
	Params: []Param{endpoint},
	Owes:   either("read it all the same, or refuse"),
	At:     anywhere,
	Answer: func(_ *Call, a *Answer) { a.header.Set("Content-Type", "text/html") },
}
