package jetstream_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	js "github.com/nats-io/nats.go/jetstream"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/farmtest"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/hub"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/jetstream"
	"github.com/smartcard-connect/smartcard-connect/hil/porttest"
)

// three starts a cluster. The last word of each node is over TLS.
func three(t *testing.T) (nodes []*hub.Server) {
	t.Helper()
	a := must[*hub.Authority](t)(hub.NewAuthority(time.Now(), time.Hour))
	var routes []string
	for _, port := range porttest.Several(t, 3) {
		routes = append(routes, fmt.Sprintf("127.0.0.1:%d", port))
	}
	for i, r := range routes {
		name := fmt.Sprint("n", i)
		me := must[*hub.Identity](t)(a.New(time.Now(), hub.Request{Name: hub.Name{Role: hub.Hub, ID: name}, Servers: []string{"127.0.0.1"}, Life: time.Hour}))
		s := must[*hub.Server](t)(hub.Node{Name: name, Dir: t.TempDir(), Clients: "127.0.0.1:0", Routes: r, Peers: routes, Identity: me}.Start())
		t.Cleanup(s.Close)
		nodes = append(nodes, s)
	}
	return nodes
}

// Requirement: three nodes are one farm, which goes on without one of them.
// Turned red by: streams with one replica; a route that is refused; a conflict
// whose number is not known. And the trap of stale reads, whose source is that
// any replica answers a bucket's reads with what it had a moment ago.
func TestCluster(t *testing.T) {
	t.Parallel()
	nodes := three(t)
	three := quick()
	three.Replicas, three.Patience = 3, 3*time.Second // a node that is gone does not answer
	views := make([]*jetstream.Farm, 3)
	for i, n := range nodes {
		views[i] = join(t, n, three)
	}
	eventually(t, "lay", func() error { return views[0].Lay(t.Context()) })
	t.Run("naive read", func(t *testing.T) { staleReads(t, nodes) })
	t.Run("our read", func(t *testing.T) { freshReads(t, views) })
	t.Run("conflict", func(t *testing.T) { conflicts(t, nodes) })
	var g farm.Grant
	eventually(t, "acquire", func() (err error) {
		g, err = views[1].Acquire(t.Context(), alice, time.Hour, reader, card)
		return err
	})
	nodes[0].Close()
	eventually(t, "renew without a node", func() error { return views[1].Renew(t.Context(), &g) })
	eventually(t, "another is refused", func() error {
		_, err := views[2].Acquire(t.Context(), bob, time.Hour, reader)
		if err == nil {
			t.Fatal("two hold a device")
		}
		if errors.Is(err, farm.ErrBusy) {
			return nil
		}
		return err
	})
}

// staleReads writes at one node and reads at all, until one answers with what was
// there before although the write was acknowledged before it was asked.
func staleReads(t *testing.T, nodes []*hub.Server) {
	kv := make([]js.KeyValue, 3)
	eventually(t, "bucket", func() (err error) {
		kv[0], err = plain(t, nodes[0]).CreateKeyValue(t.Context(), js.KeyValueConfig{Bucket: "naive", Replicas: 3})
		return err
	})
	for i := 1; i < 3; i++ {
		kv[i] = must[js.KeyValue](t)(plain(t, nodes[i]).KeyValue(t.Context(), "naive"))
	}
	var acknowledged atomic.Uint64
	stale := make(chan string, 100)
	for i := range kv {
		go func() {
			for t.Context().Err() == nil && len(stale) == 0 {
				least := acknowledged.Load()
				if e, err := kv[i].Get(t.Context(), "lease"); err == nil && e.Revision() < least {
					stale <- fmt.Sprintf("node %d has revision %d, after %d was acknowledged", i, e.Revision(), least)
				}
			}
		}()
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		acknowledged.Store(must[uint64](t)(kv[0].Put(t.Context(), "lease", []byte("held"))))
		select {
		case what := <-stale:
			t.Log(what)
			stale <- what // the readers end
			return
		default:
		}
	}
	t.Error("every read was fresh: the trap is gone")
}

// freshReads does the same with the keeper's own way of reading.
func freshReads(t *testing.T, views []*jetstream.Farm) {
	d := farm.Device{Host: farmtest.Host, Kind: farm.Reader, ID: "fresh"}
	for range 50 {
		var g farm.Grant
		eventually(t, "acquire", func() (err error) {
			g, err = views[0].Acquire(t.Context(), alice, time.Minute, d)
			return err
		})
		for i, v := range views {
			err := farm.ErrUnavailable
			for errors.Is(err, farm.ErrUnavailable) {
				err = v.Renew(t.Context(), &g)
			}
			owed(t, fmt.Sprint("renew at node ", i), err, nil) // reads, and finds its own write
		}
		eventually(t, "release", func() error { return views[1].Release(t.Context(), g, "") })
	}
}

// conflicts shows which numbers a cluster gives to a write that came second.
// Source: facts, 10071 and 10164.
func conflicts(t *testing.T, nodes []*hub.Server) {
	first := plain(t, nodes[0])
	must[*js.PubAck](t)(first.Publish(t.Context(), "$KV.naive.x", nil))
	seen := map[js.ErrorCode]int{}
	for n := range 60 {
		done := make(chan error, 2)
		for i := 1; i < 3; i++ {
			go func() {
				_, err := plain(t, nodes[i]).Publish(t.Context(), fmt.Sprint("$KV.naive.", n), nil, js.WithExpectLastSequencePerSubject(0))
				done <- err
			}()
		}
		for _, err := range []error{<-done, <-done} {
			var api *js.APIError
			if errors.As(err, &api) {
				seen[api.ErrorCode]++
			}
		}
	}
	t.Log("conflicts by number: ", seen)
	for code := range seen {
		if code != 10071 && code != 10164 {
			t.Errorf("conflict %d is unknown to the keeper", code)
		}
	}
	if len(seen) == 0 {
		t.Error("no conflict at all")
	}
}
