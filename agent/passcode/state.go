package passcode

// String is the state's name, as logs and tests spell it.
func (s State) String() string {
	names := []string{"ready", "no-reader", "no-card", "reading", "keypad", "using", "over", "no-service", "mute", "held"}
	if s < 0 || int(s) >= len(names) {
		return "unknown"
	}
	return names[s]
}
