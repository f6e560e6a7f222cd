package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/subject"
)

// Archive is a Daemon's Archive in the farm's results, over a connection to the
// hub or to the host's own server. An entry is kept under
// hil.result.HOST.RUN.CELL.ATTEMPT, and the same entry once within a day.
func Archive(nc *nats.Conn, host string) (func(context.Context, Entry) error, error) {
	j, err := js.NewWithDomain(nc, subject.Domain)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, e Entry) error {
		raw, err := json.Marshal(e)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		to := fmt.Sprintf("%s.%s.%d", subject.Result(host), subject.Cell(e.Work.Run, e.Work.Cell), e.Work.Attempt)
		_, err = j.Publish(ctx, to, raw, js.WithMsgID(e.Name()))
		if err != nil {
			return errors.Join(farm.ErrUnavailable, err)
		}
		return nil
	}, nil
}
