package mockcis2

// Armed says whether a timer waits for a session to end.
func (s *Server) Armed() bool {
	s.alarm.mu.Lock()
	defer s.alarm.mu.Unlock()
	return s.alarm.timer != nil && !s.alarm.over
}
