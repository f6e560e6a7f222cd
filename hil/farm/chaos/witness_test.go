//go:build linux

package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/host"
)

// act is one line of the diary: a device moved.
type act struct {
	host.Command
	Before farm.Token // whom the device had obeyed last: its answer
	Call   int64      // nanoseconds
	Return int64
}

// witness is all devices. It obeys everybody and writes down whom: a device has
// no sense of leases, its host has.
func witness(_ context.Context, l layout, _ string) error {
	diary, err := os.OpenFile(l.diary(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	_ = os.Remove(l.witness())
	door, err := net.Listen("unix", l.witness())
	if err != nil {
		return err
	}
	w := &devices{out: json.NewEncoder(diary), all: map[farm.Device]*one{}, began: time.Now()}
	for {
		conn, err := door.Accept()
		if err != nil {
			return err
		}
		go w.move(conn)
	}
}

type devices struct {
	mu    sync.Mutex
	out   *json.Encoder
	all   map[farm.Device]*one
	began time.Time
}

// one device: a register that has whom it obeyed last.
type one struct {
	mu   sync.Mutex
	last farm.Token
}

func (w *devices) move(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	a := act{Call: int64(time.Since(w.began))}
	if err := json.NewDecoder(conn).Decode(&a.Command); err != nil {
		return
	}
	d := w.device(a.Device)
	d.mu.Lock()
	time.Sleep(time.Millisecond) // a device takes its time
	a.Before, d.last = d.last, a.Token
	d.mu.Unlock()
	a.Return = int64(time.Since(w.began))
	w.mu.Lock()
	err := w.out.Encode(a)
	w.mu.Unlock()
	if err == nil {
		_ = json.NewEncoder(conn).Encode(fmt.Sprint(a.Before.Fence))
	}
}

func (w *devices) device(d farm.Device) *one {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all[d] == nil {
		w.all[d] = &one{}
	}
	return w.all[d]
}

// obeyed is a device in the checker's model: whom it has obeyed last.
type obeyed struct {
	token  farm.Token
	holder farm.Holder
}

// model is a device that obeys only its newest holder: a fence never goes back,
// and one fence has one holder.
func model() porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) (out [][]porcupine.Operation) {
			by := map[farm.Device][]porcupine.Operation{}
			for _, o := range history {
				d := o.Input.(act).Device
				by[d] = append(by[d], o)
			}
			for _, ops := range by {
				out = append(out, ops)
			}
			return out
		},
		Init: func() any { return obeyed{} },
		Step: func(state, input, output any) (bool, any) {
			s, a := state.(obeyed), input.(act)
			next := obeyed{a.Token, a.Holder}
			same := a.Token == s.token && a.Holder == s.holder
			return output.(farm.Token) == s.token && (same || s.token.Fence < a.Token.Fence), next
		},
		DescribeOperation: func(input, output any) string {
			a := input.(act)
			return fmt.Sprintf("%s by fence %d, %s, after fence %d", a.Verb, a.Token.Fence, a.Holder, output.(farm.Token).Fence)
		},
	}
}

// judge says whether each device in a diary has obeyed only its newest holder,
// and how often how many of them moved.
func judge(t *testing.T, l layout) (legal bool, acts, moved int) {
	t.Helper()
	diary := read[act](t, l.diary())
	seen := map[farm.Device]bool{}
	var history []porcupine.Operation
	for _, a := range diary {
		seen[a.Device] = true
		history = append(history, porcupine.Operation{Input: a, Output: a.Before, Call: a.Call, Return: a.Return})
	}
	return porcupine.CheckOperations(model(), history), len(diary), len(seen)
}

// read is a file of lines of JSON.
func read[T any](t *testing.T, path string) (out []T) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(raw[:bytes.LastIndexByte(raw, '\n')+1]) { // the last one may be on its way
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		out = append(out, v)
	}
	return out
}
