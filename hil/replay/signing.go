package replay

import (
	"bytes"
	"errors"
	"math/big"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// signing is a recorded signature with its commands and answers: PERFORM SECURITY
// OPERATION, COMPUTE DIGITAL SIGNATURE (ISO/IEC 7816-8 §11.3) or PIV's GENERAL
// AUTHENTICATE with a key that signs (SP 800-73-4 part 2 §3.2.4), whole or
// chained, and the GET RESPONSEs after it. nil is an exchange that is none.
//
// The recorded signature raised to the public exponent is the block that was
// signed, whose end is what the card was given. So the key is found and the
// card's padding kept without knowing any algorithm; a new signature is over the
// same block with another end.
type signing struct {
	asks    []item // the command, or the parts of its chain
	answers []item // the last part again, and GET RESPONSEs
	key     Key
	block   []byte // what was signed, as long as the key
	given   []byte // what the card was given, all parts
	output  []byte // all answers' data, ending with the signature

	heard [][]byte // the parts as they came now
	fresh []byte   // output with the new signature; nil plays the recorded one
}

// errOtherSigning is something to sign that only looks like the recorded.
var errOtherSigning = errors.New("what is to be signed is not of the recorded form")

// signings finds those that one of the keys made.
func signings(sections map[string]*section, keys []Key) map[int]*signing {
	out := map[int]*signing{}
	if len(keys) == 0 {
		return out
	}
	for _, s := range sections {
		for i := 0; i < len(s.items); i++ {
			g, n := gather(s.items[i:])
			if g == nil || !g.find(keys) {
				continue
			}
			for _, x := range append(g.asks, g.answers...) {
				out[x.line] = g
			}
			i += n - 1
		}
	}
	return out
}

// gather takes one from the beginning of the items and says how many it took.
func gather(items []item) (*signing, int) {
	g, n := &signing{}, 0
	for ; n < len(items) && items[n].command(); n++ {
		c := unhex(items[n].exchange.Command)
		if !signs(c) {
			return nil, 0
		}
		p, err := iso7816.ParseCommand(c)
		if err != nil {
			return nil, 0
		}
		g.asks, g.given = append(g.asks, items[n]), append(g.given, p.Data...)
		if c[0]&0x10 == 0 {
			break
		}
	}
	if n == len(items) || !items[n].command() {
		return nil, 0
	}
	for ; n < len(items) && items[n].command(); n++ {
		x := items[n].exchange
		if len(g.answers) > 0 && !strings.HasPrefix(x.Command[2:], "C0") {
			break
		}
		g.answers, g.output = append(g.answers, items[n]), append(g.output, data(unhex(x.Answer))...)
	}
	return g, n
}

// signs looks at the header.
func signs(c []byte) bool {
	if len(c) < 5 {
		return false
	}
	pso := c[1] == 0x2A && c[2] == 0x9E && c[3] == 0x9A
	return pso || (c[1] == 0x87 && (c[3] == 0x9A || c[3] == 0x9C || c[3] == 0x9E))
}

func data(answer []byte) []byte { return answer[:max(0, len(answer)-2)] }

// find is whether one of the keys made the signature.
func (g *signing) find(keys []Key) bool {
	for _, k := range keys {
		size := k.Size()
		if len(g.output) < size || len(g.given) == 0 {
			continue
		}
		s := new(big.Int).SetBytes(g.output[len(g.output)-size:])
		if s.Cmp(k.N) >= 0 {
			continue
		}
		block := s.Exp(s, big.NewInt(int64(k.E)), k.N).FillBytes(make([]byte, size))
		if n := min(len(g.given), size); bytes.Equal(block[size-n:], g.given[len(g.given)-n:]) {
			g.key, g.block = k, block
			return true
		}
	}
	return false
}

// takes is whether a command can stand for a recorded part: the same but for its
// data.
func (g *signing) takes(i item, command []byte) bool {
	if g == nil || !signs(command) {
		return false
	}
	was := unhex(i.exchange.Command)
	return len(was) == len(command) && bytes.Equal(was[:5], command[:5])
}

// answer is that of an exchange, nil where it is the recorded one.
func (g *signing) answer(i item, command []byte) ([]byte, error) {
	if g == nil {
		return nil, nil
	}
	for n, x := range g.asks {
		if x.line != i.line {
			continue
		}
		c, err := iso7816.ParseCommand(command)
		if err != nil {
			return nil, errOtherSigning
		}
		if n == 0 {
			g.heard, g.fresh = nil, nil
		}
		g.heard = append(g.heard, bytes.Clone(c.Data))
		if n == len(g.asks)-1 {
			if err := g.sign(); err != nil {
				return nil, err
			}
		}
	}
	return g.piece(i), nil
}

// sign makes the new output, where what is to be signed is new.
func (g *signing) sign() error {
	given, size := bytes.Join(g.heard, nil), g.key.Size()
	if bytes.Equal(given, g.given) {
		return nil
	}
	n := min(len(given), size)
	if len(given) != len(g.given) || !bytes.Equal(given[:len(given)-n], g.given[:len(given)-n]) {
		return errOtherSigning
	}
	block := append(bytes.Clone(g.block[:size-n]), given[len(given)-n:]...)
	m := new(big.Int).SetBytes(block)
	if m.Cmp(g.key.N) >= 0 {
		return errOtherSigning
	}
	signature := m.Exp(m, g.key.D, g.key.N).FillBytes(make([]byte, size))
	g.fresh = append(bytes.Clone(g.output[:len(g.output)-size]), signature...)
	return nil
}

// piece is the part of the new output that an exchange brings, with the recorded
// status word.
func (g *signing) piece(i item) []byte {
	if g.fresh == nil {
		return nil
	}
	from := 0
	for _, x := range g.answers {
		was := unhex(x.exchange.Answer)
		n := len(data(was))
		if x.line == i.line {
			return append(bytes.Clone(g.fresh[from:from+n]), was[n:]...)
		}
		from += n
	}
	return nil
}
