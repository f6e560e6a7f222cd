package series

// series8ATRs are historical bytes of cards with the AuthentIC v3 applet. No
// ATR of an NHS series 8 card has been published; these are the platforms it is
// known to be sold on.
func series8ATRs() [][]byte {
	return [][]byte{
		{0x80, 0xF9, 0xA0, 0x00, 0x00, 0x00, 0x77, 0x01, 0x00, 0x70, 0x0A}, // names the applet
		{0x00, 0x31, 0xC0, 0x64, 0xC7, 0xFC, 0x10, 0x00},                   // Cosmo V7, T=0 and T=1
		{0x00, 0x31, 0xC0, 0x64, 0xC6, 0xFC, 0x10, 0x00},                   // Cosmo V7, T=0 only
	}
}

// series9ATRs are historical bytes of cards with the ID-One PIV applet, from
// the public lists of ATRs. No ATR of an NHS series 9 card has been published.
func series9ATRs() [][]byte {
	return [][]byte{
		{0x80, 0x31, 0xC1, 0x52},                                     // ID-One PIV on Cosmo V8.0 to V8.2
		{0x80, 0x31, 0xC1, 0x53},                                     // the same with three issuer bytes
		{0x80, 0x31, 0xC1, 0x64, 0x08},                               // Cosmo V8.0, T=0 with or without T=1
		{0x00, 0x31, 0xC1, 0x64, 0x08},                               // Cosmo V8.1, T=0 and T=1
		{0x80, 0xF9, 0xA0, 0x00, 0x00, 0x03, 0x08},                   // names the PIV application
		{0x80, 0x73, 0xCC, 0x91, 0xCB, 0xF9, 0xA0, 0x00, 0x00, 0x03}, // NIST's PIV test cards
		{0x00, 0x31, 0xC0, 0x64, 0xB0},                               // Cosmo V5.5 and V7 with PIV
		{0x00, 0x31, 0xC0, 0x64, 0xBA},                               // Cosmo V7 with PIV
		{0x00, 0x31, 0xC0, 0x64, 0x77, 0xE3, 0x03},                   // Cosmo V5.2D with PIV, T=0
	}
}
