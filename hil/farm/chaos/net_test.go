//go:build linux

package chaos

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// cables are network namespaces on one switch, each with a cable that can be
// pulled.
type cables struct {
	t      *testing.T
	prefix string // of all names
	net    string // the first three bytes of all addresses
	count  int
	cable  map[string]string // by namespace: its end at the switch
}

// need skips where a farm cannot be built, and says why.
func need(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("network namespaces with cables between them need root")
	}
	for _, program := range []string{"ip", "pcscd"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%v: on Debian it is in package iproute2 or pcscd", err)
		}
	}
	if out, err := exec.Command("ip", "netns", "add", "hil-try").CombinedOutput(); err != nil {
		t.Skipf("this machine allows no network namespaces: %s", out)
	}
	_ = exec.Command("ip", "netns", "del", "hil-try").Run()
}

// lay makes the switch. Several tests may run on one machine.
func lay(t *testing.T) *cables {
	t.Helper()
	n := rand.IntN(25000)
	c := &cables{t: t, prefix: fmt.Sprintf("hc%d", n), net: fmt.Sprintf("10.%d.%d", 100+n/250, n%250), cable: map[string]string{}}
	t.Cleanup(func() { _ = exec.Command("ip", "link", "del", c.prefix).Run() })
	c.ip("link", "add", c.prefix, "type", "bridge")
	c.ip("addr", "add", c.net+".1/24", "dev", c.prefix)
	c.ip("link", "set", c.prefix, "up")
	return c
}

// join makes a namespace with an address.
func (c *cables) join() (namespace, address string) {
	c.t.Helper()
	c.count++
	namespace, address = fmt.Sprintf("%s-%d", c.prefix, c.count), fmt.Sprintf("%s.%d", c.net, 10+c.count)
	outer := fmt.Sprintf("%sv%d", c.prefix, c.count)
	c.t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", namespace).Run() })
	c.ip("netns", "add", namespace)
	c.ip("link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", namespace)
	c.ip("link", "set", outer, "master", c.prefix, "up")
	c.ip("-n", namespace, "addr", "add", address+"/24", "dev", "eth0")
	c.ip("-n", namespace, "link", "set", "eth0", "up")
	c.ip("-n", namespace, "link", "set", "lo", "up")
	c.cable[namespace] = outer
	return namespace, address
}

// plug pulls a namespace's cable or puts it back.
func (c *cables) plug(namespace, state string) {
	c.t.Helper()
	c.ip("link", "set", c.cable[namespace], state)
}

func (c *cables) ip(args ...string) {
	c.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		c.t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}
