package fault

// byteOrderMark is the fault provider.byte-order-mark: an answer begins with a byte order mark.
var byteOrderMark = Info{
	ID:     "provider.byte-order-mark",
	Title:  "An answer begins with a byte order mark",
	Why:    "Files edited on Windows.",
	Source: "RFC 8259 section 8.1",
	Params: []Param{endpoint},
	Owes:   either("skip it, or refuse"),
	At:     anywhere,
	Answer: func(_ *Call, a *Answer) {
		text := a.Body.String()
		a.Body.Reset()
		a.Body.WriteString("\ufeff" + text)
	},
}
