package fault

// userinfoIntegerAssurance is the fault provider.userinfo-integer-assurance: idassurancelevel is a number in userinfo.
var userinfoIntegerAssurance = Info{
	ID:       "provider.userinfo-integer-assurance",
	Title:    "idassurancelevel is a number in userinfo",
	Why:      "A widely used substitute for CIS2 sends integers.",
	Owes:     survive("read numbers and strings alike"),
	At:       []string{UserInfo},
	UserInfo: func(c map[string]any) { c["idassurancelevel"] = 3 },
}
