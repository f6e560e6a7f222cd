package pcsc

import (
	"bytes"
	"context"
	"sync"
	"time"
)

// Card is what can lie in the reader of a Desk.
type Card interface {
	ATR() []byte
	Transmit(ctx context.Context, command []byte) ([]byte, error)
	Reset(ctx context.Context) error
	PowerOff()
}

// Desk is a resource manager in memory, with one reader.
type Desk struct {
	Reader   string
	Card     Card
	Speaks   uint32 // T0 or T1: the card's protocol
	Wrong    Wrong
	mu       sync.Mutex
	there    bool
	moves    uint32 // cards gone in and out
	resets   int
	contexts int
	handles  map[*deskHandle]bool
	holder   *deskHandle // of the transaction
	pulse    chan struct{}
}

// Move says that the card went in or out.
func (d *Desk) Move(present bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.there == present {
		return
	}
	d.there, d.holder = present, nil
	d.moves++
	d.notify()
}

// notify wakes who waits.
func (d *Desk) notify() {
	if d.pulse != nil {
		close(d.pulse)
	}
	d.pulse = make(chan struct{})
}

func (d *Desk) waiting() chan struct{} {
	if d.pulse == nil {
		d.pulse = make(chan struct{})
	}
	return d.pulse
}

// Establish makes a context.
func (d *Desk) Establish() (Context, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.contexts++; d.Wrong.FewContexts && d.contexts > 4 {
		d.contexts--
		return nil, NoMemory
	}
	return &deskContext{desk: d, cancel: make(chan struct{}, 1)}, nil
}

type deskContext struct {
	desk   *Desk
	cancel chan struct{}
}

func (c *deskContext) Readers() ([]string, error) {
	if c.desk.Wrong.NameChanges {
		return []string{c.desk.Reader + " (again)"}, nil
	}
	return []string{c.desk.Reader}, nil
}

func (c *deskContext) Release() error {
	c.desk.mu.Lock()
	defer c.desk.mu.Unlock()
	c.desk.contexts--
	return nil
}

func (c *deskContext) Cancel() error {
	if !c.desk.Wrong.CancelIgnored {
		c.cancel <- struct{}{}
	}
	return nil
}

// state is the reader's, and whether it differs from known.
func (d *Desk) state(known uint32) (state uint32, atr []byte, differs bool) {
	state = Empty
	if d.there {
		state, atr = Present, d.Card.ATR()
	}
	if !d.Wrong.CounterStuck {
		state |= d.moves << 16
	}
	unseen := d.there && d.Wrong.InsertionUnseen || !d.there && d.Wrong.RemovalUnseen
	differs = known&^Changed != state && (known == 0 || !unseen)
	if d.Wrong.ATRMissing {
		atr = nil
	}
	return state | Changed, atr, differs
}

func (c *deskContext) Status(reader string, known uint32, wait time.Duration) (uint32, []byte, error) {
	if reader != c.desk.Reader && !c.desk.Wrong.AnyName {
		return 0, nil, UnknownReader
	}
	up := time.After(wait)
	for {
		c.desk.mu.Lock()
		state, atr, differs := c.desk.state(known)
		pulse := c.desk.waiting()
		c.desk.mu.Unlock()
		if differs {
			return state, atr, nil
		}
		select {
		case <-pulse:
		case <-c.cancel:
			return known, nil, Cancelled
		case <-up:
			if c.desk.Wrong.TimeoutSilent {
				return state, atr, nil
			}
			return known, nil, Timeout
		}
	}
}

func (c *deskContext) Connect(reader string, share, protocols uint32) (Handle, error) {
	d := c.desk
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case reader != d.Reader && !d.Wrong.AnyName:
		return nil, UnknownReader
	case !d.there:
		return nil, NoSmartcard
	case d.shut(share, nil):
		return nil, SharingViolation
	case protocols&d.Speaks == 0 && !d.Wrong.AnyProtocol:
		return nil, ProtoMismatch
	}
	h := &deskHandle{desk: d, moves: d.moves, resets: d.resets, share: share, protocol: d.Speaks}
	if d.Wrong.ProtocolOther {
		h.protocol = Both &^ d.Speaks
	}
	if d.handles == nil {
		d.handles = map[*deskHandle]bool{}
	}
	d.handles[h] = true
	return h, nil
}

// shut reports whether the handles of others keep somebody out.
func (d *Desk) shut(share uint32, self *deskHandle) bool {
	for h := range d.handles {
		if h.stale { // of ExclusiveKept: until the first who runs into it
			delete(d.handles, h)
			return true
		}
		if h != self && (share == Exclusive && !d.Wrong.ExclusiveGiven || h.share == Exclusive && !d.Wrong.ExclusiveIgnored) {
			return true
		}
	}
	return false
}

type deskHandle struct {
	desk     *Desk
	moves    uint32
	resets   int
	share    uint32
	protocol uint32
	stale    bool // disconnected, and still in the way
}

// lost is what happened to the card since. The desk is locked.
func (h *deskHandle) lost() error {
	switch d := h.desk; {
	case h.moves != d.moves && !(d.Wrong.RemovalForgiven && d.there):
		return RemovedCard
	case h.resets != d.resets:
		return ResetCard
	}
	return nil
}

func (h *deskHandle) Status() ([]byte, error) {
	h.desk.mu.Lock()
	defer h.desk.mu.Unlock()
	return bytes.Clone(h.desk.Card.ATR()), h.lost()
}

func (h *deskHandle) Protocol() uint32 { return h.protocol }

func (h *deskHandle) Transmit(command []byte) ([]byte, error) {
	h.desk.mu.Lock()
	defer h.desk.mu.Unlock()
	if err := h.lost(); err != nil {
		return nil, err
	}
	if h.desk.holder != nil && h.desk.holder != h && !h.desk.Wrong.TransactionOpen {
		return nil, SharingViolation
	}
	command, err := h.desk.Wrong.out(command)
	if err != nil {
		return nil, err
	}
	answer, err := h.desk.Card.Transmit(context.Background(), command)
	return h.desk.Wrong.back(answer), err
}

func (h *deskHandle) Begin() error {
	for {
		h.desk.mu.Lock()
		err, free, pulse := h.lost(), h.desk.holder == nil || h.desk.holder == h || h.desk.Wrong.BeginAtOnce, h.desk.waiting()
		if err == nil && free {
			h.desk.holder = h
		}
		h.desk.mu.Unlock()
		if err != nil || free {
			return err
		}
		<-pulse
	}
}

func (h *deskHandle) End(disposition uint32) error {
	h.desk.mu.Lock()
	defer h.desk.mu.Unlock()
	h.desk.holder = nil
	h.dispose(disposition)
	h.desk.notify()
	return h.lost()
}

// dispose resets the card for others; whoever does it knows.
func (h *deskHandle) dispose(disposition uint32) {
	if disposition == Leave {
		return
	}
	h.desk.Card.PowerOff()
	if disposition == Reset && h.desk.Wrong.ResetUnseen || disposition == Unpower && h.desk.Wrong.UnpowerUnseen {
		return
	}
	h.desk.resets++
	h.resets = h.desk.resets
}

func (h *deskHandle) Reconnect(share, protocols, disposition uint32) error {
	h.desk.mu.Lock()
	defer h.desk.mu.Unlock()
	switch {
	case !h.desk.there:
		return NoSmartcard
	case h.desk.shut(share, h):
		return SharingViolation
	case protocols&h.desk.Speaks == 0:
		return ProtoMismatch
	}
	h.dispose(disposition)
	if !h.desk.Wrong.ResetForEver {
		h.resets = h.desk.resets
	}
	h.share, h.moves = share, h.desk.moves
	return nil
}

func (h *deskHandle) Attribute(id uint32) ([]byte, error) {
	if id != AttrATR {
		return nil, Unsupported
	}
	h.desk.mu.Lock()
	defer h.desk.mu.Unlock()
	atr := bytes.Clone(h.desk.Card.ATR())
	if h.desk.Wrong.AttributeShort {
		atr = atr[:len(atr)-1]
	}
	return atr, nil
}

func (h *deskHandle) Disconnect(disposition uint32) error {
	h.desk.mu.Lock()
	defer h.desk.mu.Unlock()
	h.dispose(disposition)
	if h.desk.holder == h && !h.desk.Wrong.TransactionKept {
		h.desk.holder = nil
	}
	if h.stale = h.share == Exclusive && h.desk.Wrong.ExclusiveKept && h.desk.handles[h]; !h.stale {
		delete(h.desk.handles, h)
	}
	h.desk.notify()
	return nil
}
