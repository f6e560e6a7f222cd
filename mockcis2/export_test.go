package mockcis2

// SeeDevice is a computer that proves itself, without its sign-in.
func (s *Server) SeeDevice(thumbprint string) { s.devices.Seen(thumbprint, s.now()) }

// Armed says whether a timer waits for a session to end.
func (s *Server) Armed() bool {
	s.alarm.mu.Lock()
	defer s.alarm.mu.Unlock()
	return s.alarm.timer != nil && !s.alarm.over
}
