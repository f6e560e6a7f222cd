package settings

// defaultOpener hands an address to whatever the person uses for it.
func defaultOpener() []string { return []string{"rundll32", "url.dll,FileProtocolHandler"} }
