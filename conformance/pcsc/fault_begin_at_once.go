package pcsc

// beginAtOnce is the fault reader.pcsc-begin-at-once.
var beginAtOnce = Fault{
	ID:    "reader.pcsc-begin-at-once",
	Title: "a second transaction begins within the first",
	Why:   "The same, with the best intentions.",
	Break: func(w *Wrong) { w.BeginAtOnce = true },
}
