package timing

import "github.com/smartcard-connect/smartcard-connect/agent/iso7816"

// Operation is a kind of work inside a card, but for keys.
type Operation string

// The operations a profile must give a time for.
const (
	Select      Operation = "select"
	GetData     Operation = "get_data"
	Read        Operation = "read" // READ BINARY, READ RECORD
	GetResponse Operation = "get_response"
	Verify      Operation = "verify" // with a passcode: the counter is written
	Status      Operation = "status" // VERIFY without data only asks
	Change      Operation = "change" // CHANGE REFERENCE DATA, RESET RETRY COUNTER
	Chained     Operation = "chained"
	Write       Operation = "write" // PUT DATA, UPDATE, CREATE, DELETE
	Other       Operation = "other"
	Error       Operation = "error" // refused, whatever it was
)

// Operations is all of them, in the order lists show them.
var Operations = []Operation{Select, GetData, Read, GetResponse, Verify, Status, Change, Chained, Write, Other, Error}

// byINS says what an instruction does when it is not refused (ISO/IEC 7816-4).
var byINS = map[byte]Operation{
	0xA4: Select, 0xCA: GetData, 0xCB: GetData,
	0xB0: Read, 0xB1: Read, 0xB2: Read, 0xB3: Read, 0xC0: GetResponse,
	0x20: Verify, 0x21: Verify, 0x24: Change, 0x2C: Change,
	0xD0: Write, 0xD2: Write, 0xD6: Write, 0xD7: Write, 0xDA: Write, 0xDB: Write,
	0xDC: Write, 0xDD: Write, 0xE0: Write, 0xE2: Write, 0xE4: Write,
}

// work is what an exchange asked of the card: an operation, or the use or the
// making of a key of that many bits.
type work struct {
	operation Operation
	rsa, ec   int
	generate  bool
}

// workOf looks at one exchange. What it cannot see it takes for the usual: a key
// of 2048 bits.
func workOf(command, response []byte) work {
	if len(command) < 4 || refused(response) {
		return work{operation: Error}
	}
	if command[0]&0x10 != 0 {
		return work{operation: Chained}
	}
	switch command[1] {
	case 0x87: // PIV: P1 is the algorithm
		return algorithm(command[2])
	case 0x88:
		return byAnswer(response)
	case 0x2A: // PERFORM SECURITY OPERATION (ISO/IEC 7816-8 §11.2)
		switch command[2] {
		case 0x9E:
			return byAnswer(response)
		case 0x80:
			return work{rsa: 2048}
		}
		return work{operation: Other}
	case 0x46, 0x47:
		return generation(command)
	case 0x20, 0x21:
		if len(command) <= 5 {
			return work{operation: Status}
		}
	}
	if o, ok := byINS[command[1]]; ok {
		return work{operation: o}
	}
	return work{operation: Other}
}

// refused holds for the checking and execution errors of ISO/IEC 7816-4 §5.6,
// but not for a wrong passcode: that one was compared and counted.
func refused(response []byte) bool {
	if len(response) < 2 {
		return true
	}
	sw1 := response[len(response)-2]
	return sw1 >= 0x64 && sw1 <= 0x6F
}

// algorithm reads a PIV algorithm (SP 800-78-4 table 6-2).
func algorithm(id byte) work {
	switch id {
	case 0x06:
		return work{rsa: 1024}
	case 0x07:
		return work{rsa: 2048}
	case 0x05:
		return work{rsa: 3072}
	case 0x11:
		return work{ec: 256}
	case 0x14:
		return work{ec: 384}
	}
	return work{operation: Other}
}

// byAnswer tells the key from the length of a signature, as far as it came or
// was announced by 61xx. An ECDSA signature is under 112 bytes.
func byAnswer(response []byte) work {
	n := len(response) - 2
	if more, ok := iso7816.SW(uint16(response[n])<<8 | uint16(response[n+1])).More(); ok {
		n += more
	}
	switch {
	case n >= 384:
		return work{rsa: 3072}
	case n >= 256:
		return work{rsa: 2048}
	case n >= 112:
		return work{rsa: 1024}
	case n > 80:
		return work{ec: 384}
	case n > 0:
		return work{ec: 256}
	}
	return work{operation: Other}
}

// generation tells from GENERATE ASYMMETRIC KEY PAIR what is made: PIV says so
// in AC{80} (SP 800-73-4 part 2 §3.3.2).
func generation(command []byte) work {
	w := work{rsa: 2048, generate: true}
	c, err := iso7816.ParseCommand(command)
	if err != nil {
		return w
	}
	if id, ok := iso7816.Find(c.Data, 0xAC, 0x80); ok && len(id) == 1 {
		if named := algorithm(id[0]); named.operation == "" {
			w.rsa, w.ec = named.rsa, named.ec
		}
	}
	return w
}
