// Package iso7816 is the spelling of smartcard conversations: command and
// response APDUs, status words, BER-TLV, command chaining and GET RESPONSE, on
// T=0 and T=1. It takes no decision that a card or a driver could disagree
// about, so both sides of the wire may share it.
//
// Sources: ISO/IEC 7816-3 §12 (T=0, T=1, the four APDU cases), ISO/IEC 7816-4
// §5 (APDUs, status words, chaining), ISO/IEC 8825-1 (BER).
package iso7816
