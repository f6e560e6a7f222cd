package fault

// readerVanished comes after the bench was found ready and before the first
// check, so that it is the same in every run.
var readerVanished = Fault{
	ID:    "reader.vanished",
	Title: "The reader is gone before the first check",
	Why:   "USB hubs lose readers, and the smartcard service dies with some of them.",
	Break: func(b Bench) { b.Vanish() },
}
