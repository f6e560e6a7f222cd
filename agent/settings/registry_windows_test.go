package settings_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/windows/registry"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// pen writes to a real key, which is made by the first value and deleted with
// the last.
func pen(t *testing.T, r settings.Registry) desk {
	t.Helper()
	clear := func() {
		if err := registry.DeleteKey(r.Root, r.Path); err != nil && !errors.Is(err, registry.ErrNotExist) {
			t.Fatal(err)
		}
	}
	clear()
	t.Cleanup(clear)
	return desk{r, []string{"REG_SZ", "REG_MULTI_SZ", "REG_DWORD", "REG_EXPAND_SZ"},
		func(name, kind string, value ...string) {
			key, _, err := registry.CreateKey(r.Root, r.Path, registry.ALL_ACCESS|r.View)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = key.Close() }()
			switch kind {
			case "REG_SZ":
				err = key.SetStringValue(name, value[0])
			case "REG_EXPAND_SZ":
				err = key.SetExpandStringValue(name, value[0])
			case "REG_MULTI_SZ":
				err = key.SetStringsValue(name, value)
			case "REG_DWORD":
				err = key.SetDWordValue(name, 7)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		func(name string) {
			key, err := registry.OpenKey(r.Root, r.Path, registry.ALL_ACCESS|r.View)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(key.DeleteValue(name), key.Close()); err != nil {
				t.Fatal(err)
			}
		}}
}

func TestRegistry(t *testing.T) {
	contract(t, pen(t, settings.Registry{Root: registry.CURRENT_USER, Name: "HKCU", Path: `SOFTWARE\NHS\SmartcardConnectTest`}))
}

// Requirement: the tiers are the three real keys, policy in the 64-bit view and
// machine in Wow6432Node whatever this program's own width is, and policy wins
// over machine over user. Source: the public guidance on registry settings.
// Turned red by: another view, key or order.
func TestRegistryTiers(t *testing.T) {
	for _, at := range []struct {
		root registry.Key
		path string
		view uint32
		tier settings.Tier
	}{
		{registry.CURRENT_USER, `SOFTWARE\NHS\SmartcardConnect`, 0, settings.User},
		{registry.LOCAL_MACHINE, `SOFTWARE\Wow6432Node\NHS\SmartcardConnect`, registry.WOW64_64KEY, settings.Machine},
		{registry.LOCAL_MACHINE, `SOFTWARE\Policies\NHS\SmartcardConnect`, registry.WOW64_64KEY, settings.Policy},
	} {
		key, existed, err := registry.CreateKey(at.root, at.path, registry.ALL_ACCESS|at.view)
		if err != nil {
			t.Skipf("needs the right to write %s: %v", at.path, err)
		}
		if existed {
			t.Skipf("%s is in use on this machine", at.path)
		}
		t.Cleanup(func() { _ = registry.DeleteKey(at.root, at.path) })
		if err := errors.Join(key.SetStringValue("TimeToShowPinForm", "77"), key.Close()); err != nil {
			t.Fatal(err)
		}
		for _, v := range settings.NewStore(settings.System("")...).Snapshot().Values {
			if v.Name == "TimeToShowPinForm" && (v.Tier != at.tier || !strings.HasSuffix(v.Place, at.path)) {
				t.Errorf("counts from %s, %s; want %s", v.Tier, v.Place, at.path)
			}
		}
	}
}
