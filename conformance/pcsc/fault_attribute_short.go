package pcsc

// attributeShort is the fault reader.pcsc-attribute-short.
var attributeShort = Fault{
	ID:    "reader.pcsc-attribute-short",
	Title: "the attribute with the ATR lacks its last byte",
	Why:   "Buffers counted without their last byte.",
	Break: func(w *Wrong) { w.AttributeShort = true },
}
