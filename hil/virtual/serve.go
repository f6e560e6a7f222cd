package virtual

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/contact"
	"github.com/smartcard-connect/smartcard-connect/hil/device/vpcd"
	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// call is one line to the process inside, and answer the one line back. stop is
// no call: it ends the judge that runs, if that is still the one with its number.
type call struct {
	Do     string    `json:"do"`
	Number int       `json:"number"`
	Job    bench.Job `json:"job"`
}

type answer struct {
	Error  string          `json:"error,omitempty"`
	Serial string          `json:"serial,omitempty"`
	Tries  int             `json:"tries,omitempty"`
	Known  bool            `json:"known,omitempty"`
	Cell   json.RawMessage `json:"cell,omitempty"`
}

// inside is the process in the namespaces.
type inside struct {
	bench *bench.Bench
	card  string     // which card there is: its flags
	in    bool       // it is in the reader, not beside it
	moved chan error // how putting it in ended; nil when that is known
	trace int64      // length of the card's trace when the attempt began
	env   []string
}

// Serve starts the smartcard service and then does what it is told, one JSON line
// each, until in ends. The first line out says that it is ready. Errors are about
// starting; later ones are in the answers.
func Serve(ctx context.Context, job bench.Job, env []string, in io.Reader, out io.Writer) error {
	b := &bench.Bench{Options: bench.Options{Dir: job.Dir, Programs: bench.Programs{Bin: job.Bin}, Env: env}}
	defer b.Close()
	if err := b.StartDaemon(ctx); err != nil {
		return err
	}
	i := &inside{bench: b, env: env}
	if err := i.make(ctx, job); err != nil {
		return err
	}
	say := json.NewEncoder(out)
	if err := say.Encode(map[string]bool{"ready": true}); err != nil {
		return err
	}
	calls, stop := listen(in)
	for c := range calls {
		under, cancel := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			for {
				select {
				case number := <-stop: // one that came too late was for an earlier call
					if number == c.Number {
						cancel()
					}
				case <-done:
					return
				}
			}
		}()
		a := i.do(under, c)
		close(done)
		cancel()
		if err := say.Encode(a); err != nil {
			return err
		}
	}
	return nil
}

// listen reads calls, and stops apart from them.
func listen(in io.Reader) (<-chan call, <-chan int) {
	calls, stop := make(chan call), make(chan int, 1)
	go func() {
		defer close(calls)
		for d := json.NewDecoder(in); ; {
			var c call
			if d.Decode(&c) != nil {
				return
			}
			if c.Do != "stop" {
				calls <- c
				continue
			}
			select {
			case stop <- c.Number:
			default:
			}
		}
	}()
	return calls, stop
}

func (i *inside) do(ctx context.Context, c call) (a answer) {
	var err error
	switch c.Do {
	case "route":
		err = i.route(ctx, c.Job)
	case "detect":
		err = i.detect(ctx, c.Job)
	case "identify":
		a.Serial, err = i.identify(ctx, c.Job)
	case "power":
		err = i.power(ctx, c.Job)
	case "tries":
		a.Tries, a.Known, err = i.tries(ctx)
	case "judge":
		a.Cell, err = i.judge(ctx, c.Job)
	case "collect":
		err = i.collect(c.Job)
	case "reconnect":
		err = i.repair(ctx, c.Job, (*contact.Card).Again)
	case "warm reset":
		err = i.repair(ctx, c.Job, (*contact.Card).Warm)
	case "unpower":
		err = i.repair(ctx, c.Job, (*contact.Card).Cold)
	case "daemon restart":
		err = i.bench.RestartDaemon(ctx)
	default:
		err = fmt.Errorf("no such call: %q", c.Do)
	}
	if err != nil {
		a.Error = err.Error()
	}
	return a
}

// traceFile is where the card writes what it hears, for as long as it is in.
const traceFile = "card.apdu"

// make has the card of the cell beside the reader.
func (i *inside) make(ctx context.Context, j bench.Job) error {
	wanted := flags(j)
	if i.card == wanted {
		return nil
	}
	i.bench.TakeCards()
	i.card, i.in, i.moved, i.trace = "", false, nil, 0
	if err := i.bench.PutCard(ctx, j.Cell, 0, filepath.Join(i.bench.Dir, traceFile)); err != nil {
		return err
	}
	i.card = wanted
	return i.device().Remove(ctx)
}

func flags(j bench.Job) string {
	return fmt.Sprint(j.Cell.CardFlags(), j.Cell.Card.Holder, j.Cell.Card.Timing)
}

// device is the gadget for the card that there is.
func (i *inside) device() vpcd.Device { return vpcd.Device{Control: i.bench.Cards[0].Control} }

// route puts the card of the cell in, unless it is.
func (i *inside) route(ctx context.Context, j bench.Job) error {
	if err := i.make(ctx, j); err != nil {
		return err
	}
	i.trace = size(filepath.Join(i.bench.Dir, traceFile))
	if i.in || i.moved != nil {
		return nil
	}
	moved, d := make(chan error, 1), i.device()
	i.moved = moved
	go func() { moved <- d.Insert(context.WithoutCancel(ctx)) }()
	return nil
}

// arrive waits until the card that was put in has power. Until then it knocks at
// the reader's socket, where pcscd looks every 400 ms: that is detection.
func (i *inside) arrive(ctx context.Context) error {
	if i.moved == nil {
		return nil
	}
	select {
	case err := <-i.moved:
		i.moved, i.in = nil, err == nil
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// detect waits for the card. pcscd powers a card once when it sees it; where it
// did not answer then, as on a machine with too much to do, pcscd calls it mute
// until somebody connects.
func (i *inside) detect(ctx context.Context, j bench.Job) error {
	if err := i.arrive(ctx); err != nil {
		return err
	}
	answered, err := i.bench.AwaitPresent(ctx, j.Cell.Reader.Name)
	if err != nil || answered {
		return err
	}
	if err := i.power(ctx, j); err != nil && !errors.Is(err, contact.ErrNoCard) {
		return err
	}
	return i.bench.AwaitCard(ctx, j.Cell.Reader.Name)
}

// identify asks the card who it is.
func (i *inside) identify(ctx context.Context, j bench.Job) (serial string, err error) {
	err = contact.With(ctx, j.Cell.Reader.Name, j.Cell.Card.Protocol, func(c *contact.Card) (err error) {
		serial, err = record.Serial(ctx, c, c.Protocol())
		return err
	})
	return serial, err
}

// power gives the card power afresh with the cell's protocol, held by nobody
// else meanwhile.
func (i *inside) power(ctx context.Context, j bench.Job) error {
	return contact.With(ctx, j.Cell.Reader.Name, j.Cell.Card.Protocol, nil)
}

// repair does one thing to the card, on a connection of its own.
func (i *inside) repair(ctx context.Context, j bench.Job, do func(*contact.Card) error) error {
	c, err := contact.Open(ctx, j.Cell.Reader.Name, j.Cell.Card.Protocol)
	if err != nil {
		return err
	}
	return errors.Join(do(c), c.Close())
}

// tries asks the card's side door, which costs none.
func (i *inside) tries(ctx context.Context) (int, bool, error) {
	if len(i.bench.Cards) == 0 {
		return 0, false, errors.New("there is no card")
	}
	s, err := i.device().State(ctx)
	return s.TriesLeft, s.TriesLeft >= 0, err
}

// judge runs the conformance program.
func (i *inside) judge(ctx context.Context, j bench.Job) (json.RawMessage, error) {
	if len(i.bench.Cards) == 0 {
		return nil, errors.New("there is no card")
	}
	t := j.Cell.Target(j.Seed)
	t.Bench, t.Programs = i.bench.Cards[0].Control, i.bench.Programs.All()
	return encode(j.Judge(ctx, i.env, t))
}

func encode(c result.Cell) (json.RawMessage, error) { return json.Marshal(c) }

// collect keeps what the card heard in this attempt.
func (i *inside) collect(j bench.Job) error {
	in, err := os.Open(filepath.Join(i.bench.Dir, traceFile))
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	if _, err := in.Seek(i.trace, io.SeekStart); err != nil {
		return err
	}
	out, err := os.Create(filepath.Join(j.Dir, traceFile))
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
