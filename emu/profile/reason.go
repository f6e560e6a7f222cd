package profile

// Check refuses a reason without a why, or whose degree of being sure is none
// of ours. It is for other packages of facts.
func (r Reason) Check() error { return r.check() }
