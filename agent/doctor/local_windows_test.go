package doctor

import (
	"strings"
	"testing"

	"golang.org/x/sys/windows/registry"
)

func local(*testing.T, string) Machine { return Local{} }

// ofLinux says whether a check looks at what the desk has as files of Linux;
// the registry of a throw-away Windows has none of it.
func ofLinux(id string) bool {
	return strings.HasPrefix(id, "browser") || id == "driver" || id == "middleware" || id == "system" || id == "zone"
}

func linux(t *testing.T) { t.Skip("a check of Linux' files") }

// Requirement: policies, middleware and zone are read where Windows keeps
// them. Source: Chrome Enterprise; Microsoft, Calais; ZoneMapKey. Turned red
// by: another key. It writes to the registry of the machine it runs on, so it
// is for a throw-away one.
func TestRegistry(t *testing.T) {
	set := func(path, name, value string) {
		k, _, err := registry.CreateKey(registry.LOCAL_MACHINE, path, registry.ALL_ACCESS)
		if err != nil {
			t.Fatal(err)
		}
		defer k.Close()
		if err := k.SetStringValue(name, value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = registry.DeleteKey(registry.LOCAL_MACHINE, path) })
	}
	set(`SOFTWARE\Policies\Google\Chrome\LoopbackNetworkAllowedForUrls`, "1", "https://am.nhs.uk")
	set(`SOFTWARE\Microsoft\Cryptography\Calais\SmartCards\Toy`, "80000001", `C:\Windows\System32\toymd.dll`)
	set(`SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMapKey`, "https://am.nhs.uk", "1")
	all := Local{}.Browsers()
	if len(all) != 1 || all[0].Browser != "Chrome" || !matches(all[0], allowed, "https://am.nhs.uk") {
		t.Errorf("browsers: %+v", all)
	}
	if got := strings.Join((Local{}).Middleware(), " "); !strings.Contains(got, "toymd.dll") {
		t.Errorf("middleware: %s", got)
	}
	if lacks, ok := (Local{}).Zone("https://am.nhs.uk"); !ok || len(lacks) != 0 {
		t.Errorf("zone: %v %v", lacks, ok)
	}
	if lacks, _ := (Local{}).Zone("https://elsewhere.test"); len(lacks) == 0 {
		t.Error("elsewhere is in the zone")
	}
	if name, _ := (Local{}).System(); !strings.HasPrefix(name, "Windows ") {
		t.Errorf("system: %s", name)
	}
}
