package target

func (t *Target) startProvider() error { return nil }

func providerFaults() []Fault { return nil }
