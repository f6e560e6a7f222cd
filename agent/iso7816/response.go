package iso7816

import (
	"errors"
	"fmt"
)

// ErrResponse is wrapped by every error about bytes that are no response APDU.
var ErrResponse = errors.New("iso7816: not a response APDU")

// Response is a response APDU: data and the two status bytes.
type Response struct {
	Data []byte
	SW   SW
}

// Bytes is data followed by the status word, big-endian.
func (r Response) Bytes() []byte {
	return append(append(make([]byte, 0, len(r.Data)+2), r.Data...), byte(r.SW>>8), byte(r.SW))
}

// ParseResponse splits a response. Data aliases b. Errors wrap ErrResponse:
// fewer than two bytes, or a first status byte outside 61–6F and 90–9F
// (ISO/IEC 7816-3 §10.3.3).
func ParseResponse(b []byte) (Response, error) {
	if len(b) < 2 {
		return Response{}, fmt.Errorf("%w: %d bytes, the status word alone is 2", ErrResponse, len(b))
	}
	n := len(b) - 2
	sw := SW(b[n])<<8 | SW(b[n+1])
	if hi := sw >> 12; (hi != 6 && hi != 9) || sw>>8 == 0x60 {
		return Response{}, fmt.Errorf("%w: status %04X", ErrResponse, uint16(sw))
	}
	return Response{Data: b[:n:n], SW: sw}, nil
}
