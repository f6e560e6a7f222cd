package target

import (
	"context"
	"encoding/hex"
	"strings"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Trace keeps the exchanges of one check with secrets blanked. The zero value
// is empty and ready; it is safe for concurrent use.
type Trace struct {
	mu   sync.Mutex
	list []result.Exchange
}

// Take returns what was kept and forgets it.
func (t *Trace) Take() []result.Exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.list
	t.list = nil
	return list
}

func (t *Trace) add(command, response []byte, err error) {
	answer := hex.EncodeToString(response)
	if err != nil {
		answer = "error: " + err.Error()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, result.Exchange{Command: blank(command), Response: answer})
}

// blank writes a command in hexadecimal without the secret of VERIFY, CHANGE
// REFERENCE DATA and RESET RETRY COUNTER (ISO/IEC 7816-4 §7.5): only its length
// is left to see.
func blank(command []byte) string {
	const header = 5
	if len(command) <= header || !secret(command[1]) {
		return hex.EncodeToString(command)
	}
	return hex.EncodeToString(command[:header]) + strings.Repeat("..", len(command)-header)
}

func secret(ins byte) bool { return ins == 0x20 || ins == 0x24 || ins == 0x2C }

// traced is a card whose exchanges are kept.
type traced struct {
	reader.Card
	trace *Trace
}

// Transmit sends the command on and keeps both sides of the exchange.
func (c traced) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	response, err := c.Card.Transmit(ctx, command)
	c.trace.add(command, response, err)
	return response, err
}
