package pcsc

// lengthMisread is the fault reader.pcsc-length-misread.
var lengthMisread = Fault{
	ID:    "reader.pcsc-length-misread",
	Title: "the first byte of an extended length is taken for the whole",
	Why:   "Firmware that knows short APDUs only reads 00 where the length stands, and sends no data.",
	Break: func(w *Wrong) { w.LengthMisread = true },
}
