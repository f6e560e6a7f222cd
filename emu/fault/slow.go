package fault

import "time"

// slow answers late and rightly.
var slow = Fault{
	Info: Info{
		ID:     "card.slow",
		Title:  "every answer comes late",
		Why:    "Old chips and contactless couplers take their time, a virtual reader waits eight seconds without complaint, and a client with a short timeout of its own gives up a good card.",
		Params: []Param{number("ms", 30, 1, 60000, "milliseconds until each answer"), each("exchange")},
		Owes:   nothing("only later"),
	},
	With: func(f *Fault, v Values) {
		f.Late = func() func() time.Duration {
			count := turn{n: v["n"]}
			return func() time.Duration {
				if !count.now() {
					return 0
				}
				return time.Duration(v["ms"]) * time.Millisecond
			}
		}
	},
}
