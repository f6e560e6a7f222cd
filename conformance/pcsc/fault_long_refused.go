package pcsc

// longRefused is the fault reader.pcsc-long-refused.
var longRefused = Fault{
	ID:    "reader.pcsc-long-refused",
	Title: "a command with more bytes than a short one can have is not sent",
	Why:   "A quarter of the CCID readers on the public list pass short APDUs only; their driver refuses what is longer.",
	Break: func(w *Wrong) { w.LongRefused = true },
}
