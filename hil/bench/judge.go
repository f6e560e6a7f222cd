package bench

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// niceness is how far checks stand back, where many readers stand beside one
// another, for cards, readers and whoever looks after them.
const niceness = 5

// Judge runs only the conformance program, on a bench that stands already and is
// described by t. Everything it leaves is in j.Dir.
func (j Job) Judge(ctx context.Context, env []string, t cell.Target) result.Cell {
	b := &Bench{Options: Options{Dir: j.Dir, Programs: Programs{Bin: j.Bin}, Env: env}}
	if err := writeJSON(b.path("target.json"), t); err != nil {
		return j.Cell.Missed(err)
	}
	return j.judge(ctx, b, niceness)
}
