package pcsc

// Description is what a reader's driver says about the reader itself. What it
// does not say is empty.
type Description struct {
	USB     string // path and interface such as 1-1.3:1.0 (libccid 1.7.1 and later)
	Channel uint32 // SCARD_ATTR_CHANNEL_ID: 0x0020BBAA is USB bus BB, address AA
	Vendor  string // SCARD_ATTR_VENDOR_NAME
	Serial  string // SCARD_ATTR_VENDOR_IFD_SERIAL_NO
	Keypad  bool   // FEATURE_VERIFY_PIN_DIRECT (PC/SC part 10 §2.3)
}
