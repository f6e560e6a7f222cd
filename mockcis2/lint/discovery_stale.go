package lint

// DiscoveryStale is the lint lint.discovery-stale: discovery is kept for more
// than an hour.
var DiscoveryStale = Lint{
	ID:       "lint.discovery-stale",
	Title:    "Discovery is kept for more than an hour",
	Area:     Fetching,
	Severity: Warning,
	Source:   "CIS2 discovery: do not cache longer than 1 hour",
	Advice:   "Fetch it again after an hour: endpoints move.",
	Find: func(s *Subject, say Say) {
		s.stale("discovery", say)
	},
}
