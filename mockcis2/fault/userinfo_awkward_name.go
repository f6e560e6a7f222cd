package fault

import "strings"

// userinfoAwkwardName is the fault provider.userinfo-awkward-name: the person has an awkward name.
var userinfoAwkwardName = Info{
	ID:    "provider.userinfo-awkward-name",
	Title: "The person has an awkward name",
	Why:   "Apostrophes, right-to-left letters and markup are in real registers.",
	Owes:  survive("escape it where it is shown"),
	At:    []string{UserInfo},
	UserInfo: func(c map[string]any) {
		c["name"] = "<b>O'Brien</b>\u202e \U0001F469\u200d\u2695\ufe0f " + strings.Repeat("long ", 200)
		c["display_name"] = c["name"]
	},
}
