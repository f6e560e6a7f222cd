package main

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Requirement: a number that no command could mean is wrong use, said in a sentence
// with what is meant, and nothing is done. Source: the exit codes in hil --help.
// Turned red by: finding out later, which is then inconclusive or a panic, or taking
// the number for another.
func TestNumbersOutOfBounds(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	self := []string{"--identity", dir, "--hub", "127.0.0.1:1"}
	for _, row := range []struct {
		args []string
		says string
	}{
		{[]string{"simulate", "--readers=-1"}, "wrong use: --readers -1: from 1 to 100000"},
		{[]string{"simulate", "--readers=10,0"}, "--readers 0:"},
		{[]string{"simulate", "--readers=999999999"}, "--readers 999999999:"},
		{[]string{"simulate", "--readers="}, "--readers is empty"},
		{[]string{"simulate", "--readers=10", "--cells=0"}, "--cells 0: from 1 to 1000000"},
		{[]string{"simulate", "--rounds=-3"}, "--rounds -3:"},
		{[]string{"bench", "scale", "--readers=1,-1"}, "--readers -1:"},
		{[]string{"bench", "scale", "--readers="}, "--readers is empty; leave it out for 1,2,4"},
		{[]string{"bench", "scale", "--kind="}, "--kind is empty"},
		{[]string{"bench", "scale", "--least=NaN"}, "--least NaN: from 0 to 10000"},
		{[]string{"bench", "scale", "--least=-1"}, "--least -1:"},
		{[]string{"bench", "scale", "--for=-1s"}, "--for -1s: from 1s to 24h"},
		{[]string{"plan", "--order", "--at-once=0"}, "--at-once 0: from 1 to 1000"},
		{[]string{"plan", "--order", "--at-once=999999999"}, "--at-once 999999999:"},
		{[]string{"run", "--at-once=-2"}, "--at-once -2:"},
		{[]string{"run", "--retry=-1"}, "--retry -1: from 0 to 100"},
		{[]string{"run", "--deadline=0s"}, "--deadline 0s:"},
		{append([]string{"submit", "--attempts=0"}, self...), "--attempts 0:"},
		{append([]string{"submit", "--deadline=-1m"}, self...), "--deadline -1m0s:"},
		{append([]string{"host", "--ttl=0s"}, self...), "--ttl 0s: from 1s to 1h"},
		{append([]string{"host", "--at-once=0"}, self...), "--at-once 0:"},
		{[]string{"serve", "--identity", dir, "--grace=-1s"}, "--grace -1s:"},
		{[]string{"serve", "--identity", dir, "--replicas=0"}, "--replicas 0: from 1 to 5"},
		{[]string{"identity", "authority", filepath.Join(dir, "authority"), "--life=-1h"}, "--life -1h0m0s:"},
		{[]string{"reserve", "a/1-1", "--for=-1h"}, "--for -1h0m0s: from a minute to 8h0m0s"},
	} {
		if code, said := hil(t, row.args...); code != result.ExitUsage || !strings.Contains(said, row.says) {
			t.Errorf("%v: exit %d, want 64 and %q\n%s", row.args, code, row.says, said)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("something was done: %v %v", left, err)
	}
}

// Requirement: every number that a command takes has bounds. Source: the exit codes
// in hil --help. Turned red by: a new number without the tags least and most, with
// bounds that cannot be read, or whose bounds nobody looks at.
func TestNumbersHaveBounds(t *testing.T) {
	elsewhere := map[string]bool{"seed": true, "reserve for": true} // any will do; the command knows the page's own
	parser, err := kong.New(&cli{}, kong.Vars{"series": "9", "host": "a"}, kong.Bind(world{ctx: context.Background()}), kong.Configuration(kong.JSON))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range parser.Model.Leaves(false) {
		for _, f := range c.Flags {
			v := f.Target
			if v.Kind() == reflect.Slice {
				v = reflect.New(v.Type().Elem()).Elem()
			}
			if elsewhere[f.Name] || elsewhere[c.Name+" "+f.Name] || !v.CanInt() && !v.CanFloat() {
				continue
			}
			n++
			low, err := number(v, f.Tag.Get("least"))
			high, err2 := number(v, f.Tag.Get("most"))
			if err != nil || err2 != nil || low >= high {
				t.Errorf("%s --%s has no bounds: %v %v", c.FullPath(), f.Name, err, err2)
			}
			for _, x := range []float64{low - 1, 2 * high} {
				if v.CanInt() {
					v.SetInt(int64(x))
				} else {
					v.SetFloat(x)
				}
				if within(f, v) == nil {
					t.Errorf("%s --%s may be %v", c.FullPath(), f.Name, v)
				}
			}
		}
	}
	if n < 15 {
		t.Errorf("only %d numbers were looked at", n)
	}
}
