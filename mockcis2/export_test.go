package mockcis2

// SeeDevice is a computer that proves itself, without its sign-in.
func (s *Server) SeeDevice(thumbprint string) { s.devices.Seen(thumbprint, s.now()) }
