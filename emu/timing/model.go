package timing

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

// Model is a profile on one line: a protocol at a speed. It holds no state and
// may be used by many goroutines.
type Model struct {
	profile   Profile
	protocol  iso7816.Protocol
	character time.Duration // 12 etu
}

// Model is p on a protocol at the speed of TA1. Errors wrap ErrRate.
func (p Profile) Model(protocol iso7816.Protocol, ta1 byte) (Model, error) {
	c, err := character(ta1, p.Clock.Value)
	if err != nil {
		return Model{}, err
	}
	if protocol != iso7816.T0 && protocol != iso7816.T1 {
		return Model{}, fmt.Errorf("%w: neither T=0 nor T=1", ErrRate)
	}
	return Model{p, protocol, c}, nil
}

// Duration is how long a real card takes from the command to its answer. The
// seed decides how long making a key takes, and nothing else.
func (m Model) Duration(command, response []byte, seed uint64) time.Duration {
	return m.Wire(len(command), len(response)) + m.Work(command, response, seed)
}

// Wire is the time of so many bytes both ways, status word included, with the
// reader's own.
func (m Model) Wire(command, response int) time.Duration {
	once := time.Duration(m.profile.Once.Value)
	if m.protocol == iso7816.T0 {
		return once + time.Duration(characters(command, response))*m.character
	}
	out, back := m.blocks(command), m.blocks(response)
	more := out + back - 2 // chained blocks, each answered by an R-block
	bytes := command + response + 4*(out+back+more)
	turns := 2 + 2*more
	return once + time.Duration(bytes)*m.character + time.Duration(22*turns)*m.character/12
}

// blocks is how many T=1 blocks carry n bytes; nothing takes one too.
func (m Model) blocks(n int) int {
	size := m.profile.Block.Value
	return max(1, (n+size-1)/size)
}

// characters is what T=0 sends for a command and its answer.
func characters(command, response int) int {
	n := 5 + response
	if command > 5 {
		n += 1 + command - 5
	}
	if response > 2 {
		n++
	}
	return n
}

// Work is the time inside the card.
func (m Model) Work(command, response []byte, seed uint64) time.Duration {
	w := workOf(command, response)
	switch {
	case w.ec > 0:
		return scaled(m.profile.EC, w.ec, 256, value)
	case w.generate:
		return scaled(m.profile.Generate, w.rsa, 2048, func(s Spread) time.Duration { return s.draw(command, response, seed) })
	case w.rsa > 0:
		return scaled(m.profile.RSA, w.rsa, 2048, value)
	}
	return time.Duration(m.profile.Processing[w.operation].Value)
}

func value(d Duration) time.Duration { return time.Duration(d) }

// scaled is the time for a key size; one that the profile does not give follows
// from the usual one by the third power, as schoolbook arithmetic does.
func scaled[T any](times map[string]profile.Fact[T], bits, usual int, of func(T) time.Duration) time.Duration {
	if f, ok := times[strconv.Itoa(bits)]; ok {
		return of(f.Value)
	}
	ratio := float64(bits) / float64(usual)
	return time.Duration(float64(of(times[strconv.Itoa(usual)].Value)) * ratio * ratio * ratio)
}

// draw takes one of the spread's times, within three deviations. The same seed
// and bytes give the same; another key, which is another answer, gives another.
func (s Spread) draw(command, response []byte, seed uint64) time.Duration {
	h := fnv.New64a()
	_, _ = h.Write(command)
	_, _ = h.Write(response)
	n := rand.New(rand.NewPCG(seed, h.Sum64())).NormFloat64()
	return time.Duration(float64(s.Median) * math.Exp(s.Sigma*max(-3, min(3, n))))
}
