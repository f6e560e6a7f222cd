package lint

// CodeTwice is the lint lint.code-twice: a code is redeemed again after it
// was spent.
var CodeTwice = Lint{
	ID:       "lint.code-twice",
	Title:    "A code is redeemed again after it was spent",
	Area:     Redeeming,
	Severity: Error,
	Source:   "RFC 6749 section 4.1.2",
	Advice:   "Redeem each code once; a second time may end the tokens of the first.",
	Find: func(s *Subject, say Say) {
		spent := map[string]bool{}
		for _, e := range s.asked("token") {
			h := e.Hash("code")
			if spent[h] {
				say(e, "it had brought tokens before")
			}
			spent[h] = spent[h] || h != "" && e.Got("access_token") != ""
		}
	},
}
