package fault

// falseEncoding is the fault provider.false-encoding: an answer says that it is compressed and is not.
var falseEncoding = Info{
	ID:     "provider.false-encoding",
	Title:  "An answer says that it is compressed and is not",
	Why:    "A proxy unpacks and forgets the header.",
	Source: "RFC 9110 section 8.4",
	Params: []Param{endpoint},
	Owes:   refuse("refuse: the answer cannot be read"),
	At:     anywhere,
	Answer: func(_ *Call, a *Answer) { a.header.Set("Content-Encoding", "gzip") },
}
