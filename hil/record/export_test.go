package record

// Leak has a conversation blank nothing: what a scan for secrets must find.
func (c *Conversation) Leak() { c.leaky = true }
