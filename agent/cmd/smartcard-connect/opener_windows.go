package main

// systemOpener opens an address in whatever the person uses for it.
func systemOpener() []string { return []string{"rundll32", "url.dll,FileProtocolHandler"} }
