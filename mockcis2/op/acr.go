package op

import "slices"

// Ways to prove who one is: values of amr, from CIS2's pattern AAL<n>_<amr>.
const (
	WaySmartcard = "CIS2_SMARTCARD" // by Smartcard Connect
	WayLegacy    = "N3_SMARTCARD"   // by the Identity Agent
	WayIOS       = "IOS"
	WayFIDO2     = "FIDO2"
	WayTOTP      = "TOTP"
	WayNHSmail   = "NHSMAIL"
	WayPassword  = "pwd"
)

// ACR is one value of acr_values and the ways that reach it, the usual first.
type ACR struct {
	Value    string
	Ways     []string
	TestOnly bool // not in the environments live and dep
}

// ACRs are the values of CIS2, the default first (facts on CIS2 section 1.5).
var ACRs = []ACR{
	{Value: "AAL3_ANY", Ways: []string{WaySmartcard, WayFIDO2, WayIOS}},
	{Value: "AAL2_OR_AAL3_ANY", Ways: []string{WaySmartcard, WayFIDO2, WayIOS, WayTOTP, WayNHSmail}},
	{Value: "AAL2_ANY", Ways: []string{WayTOTP, WayNHSmail}},
	{Value: "AAL1_USERPASS", Ways: []string{WayPassword}, TestOnly: true},
	{Value: "AAL3_IOS", Ways: []string{WayIOS}},
	{Value: "AAL3_FIDO2", Ways: []string{WayFIDO2}},
	{Value: "AAL3_N3_SMARTCARD", Ways: []string{WayLegacy}},
	{Value: "AAL3_CIS2_SMARTCARD", Ways: []string{WaySmartcard}},
	{Value: "AAL3_SMARTCARD", Ways: []string{WaySmartcard}},
	{Value: "AAL2_TOTP", Ways: []string{WayTOTP}},
	{Value: "AAL2_NHSMAIL", Ways: []string{WayNHSmail}},
}

// FindACR is the value of CIS2 with this name.
func FindACR(value string) (ACR, bool) {
	i := slices.IndexFunc(ACRs, func(a ACR) bool { return a.Value == value })
	if i < 0 {
		return ACR{}, false
	}
	return ACRs[i], true
}

// Level is the authentication_assurance_level of a way: "1" to "3".
func Level(way string) string {
	switch way {
	case WayPassword:
		return "1"
	case WayTOTP, WayNHSmail:
		return "2"
	}
	return "3"
}
