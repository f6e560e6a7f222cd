package bench

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/part"
	"github.com/smartcard-connect/smartcard-connect/hil/pcscd"
)

// look is how often we look again while waiting for pcscd or a card; pcscd
// itself polls its virtual reader every 400 ms.
const look = 50 * time.Millisecond

// readerConf tells pcscd about the virtual reader (reader.conf(5)).
const readerConf = `FRIENDLYNAME "Virtual PCD"
DEVICENAME   /dev/null:0x%X
LIBPATH      %s
CHANNELID    0x%X
`

// StartDaemon starts a private pcscd with the virtual reader and waits until it
// answers. Errors wrap ErrMissing where it is not installed.
func (b *Bench) StartDaemon(ctx context.Context) error {
	driver, err := b.Programs.Driver()
	if err != nil {
		return err
	}
	conf := b.path("reader.conf.d")
	if err := os.MkdirAll(conf, 0o755); err != nil {
		return err
	}
	text := fmt.Sprintf(readerConf, slotPort, driver, slotPort)
	if err := os.WriteFile(conf+"/vpcd", []byte(text), 0o644); err != nil {
		return err
	}
	return b.runDaemon(ctx)
}

// runDaemon starts pcscd with the configuration that is there.
func (b *Bench) runDaemon(ctx context.Context) error {
	path, err := b.Programs.System(PCSCD)
	if err != nil {
		return err
	}
	b.daemon, err = b.start(ctx, part.Program{Name: PCSCD, Path: path, Args: []string{"--foreground", "--config", b.path("reader.conf.d")}, Silent: true})
	if err != nil {
		return err
	}
	return b.await(ctx, "pcscd to answer", func(list []pcscd.Reader) bool { return len(list) > 0 })
}

// AwaitCard waits until pcscd sees a card in the named reader.
func (b *Bench) AwaitCard(ctx context.Context, reader string) error {
	return b.await(ctx, "the card to be seen in reader "+reader, func(list []pcscd.Reader) bool {
		for _, r := range list {
			if r.Name == reader {
				return r.Present && len(r.ATR) > 0
			}
		}
		return false
	})
}

// AwaitPresent waits until pcscd sees that a card is in the named reader, and says
// whether it has answered to power yet.
func (b *Bench) AwaitPresent(ctx context.Context, reader string) (answered bool, err error) {
	err = b.await(ctx, "a card to be in reader "+reader, func(list []pcscd.Reader) bool {
		for _, r := range list {
			if r.Name == reader {
				answered = len(r.ATR) > 0
				return r.Present
			}
		}
		return false
	})
	return answered, err
}

// await looks at pcscd until what is there or time is up.
func (b *Bench) await(ctx context.Context, what string, there func([]pcscd.Reader) bool) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		list, err := pcscd.Readers(ctx, pcscd.Socket)
		if err == nil && there(list) {
			return nil
		}
		if !b.daemon.Alive() {
			return fmt.Errorf("pcscd ended: %s", part.Tail(b.path(PCSCD+".log")))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited in vain for %s (last: %v, %v)", what, list, err)
		case <-tick.C:
		}
	}
}

// Vanish takes the reader away as a pulled USB plug would: the daemon that
// stands for it ends at once.
func (b *Bench) Vanish() { b.daemon.Kill() }
