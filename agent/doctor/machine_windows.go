package doctor

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// Local is this computer.
type Local struct{}

// System is the version that the kernel admits to. Supported are Windows 10
// and 11 on x64, which both call themselves 10.
func (Local) System() (name string, warranted bool) {
	v := windows.RtlGetVersion()
	name = "Windows " + strconv.Itoa(int(v.MajorVersion))
	if v.MajorVersion == 10 && v.BuildNumber >= 22000 {
		name = "Windows 11"
	}
	if v.ProductType != 1 { // VER_NT_WORKSTATION
		name += " Server"
	}
	wide := text(registry.LOCAL_MACHINE, `SYSTEM\CurrentControlSet\Control\Session Manager\Environment`, "PROCESSOR_ARCHITECTURE") == "AMD64"
	return fmt.Sprintf("%s, build %d", name, v.BuildNumber), v.MajorVersion == 10 && v.ProductType == 1 && wide
}

// Drivers are the readers' device descriptions in the class of smartcard
// readers, {50DD5230-BA8A-11D1-BF5D-0000F805F530}.
func (Local) Drivers() (all []string) {
	const class = `SYSTEM\CurrentControlSet\Control\Class\{50DD5230-BA8A-11D1-BF5D-0000F805F530}`
	for _, sub := range keys(registry.LOCAL_MACHINE, class) {
		name, provider := text(registry.LOCAL_MACHINE, class+`\`+sub, "DriverDesc"), text(registry.LOCAL_MACHINE, class+`\`+sub, "DriverVersion")
		if name != "" && !slices.Contains(all, name+" "+provider) {
			all = append(all, strings.TrimSpace(name+" "+provider))
		}
	}
	return all
}

// Middleware are the cards that other programs have registered with Windows,
// by the provider or minidriver that serves them.
func (Local) Middleware() (all []string) {
	const cards = `SOFTWARE\Microsoft\Cryptography\Calais\SmartCards`
	for _, card := range keys(registry.LOCAL_MACHINE, cards) {
		for _, value := range []string{"Crypto Provider", "80000001"} {
			name := filepath.Base(text(registry.LOCAL_MACHINE, cards+`\`+card, value))
			if name != "." && !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// IdentityAgent looks where its installer puts it.
func (Local) IdentityAgent() string {
	for _, value := range []string{"ProgramFilesDir (x86)", "ProgramFilesDir"} {
		root := text(registry.LOCAL_MACHINE, `SOFTWARE\Microsoft\Windows\CurrentVersion`, value)
		at := filepath.Join(root, "HSCIC", "Identity Agent")
		if _, err := os.Stat(at); root != "" && err == nil {
			return at
		}
	}
	return ""
}

// Browsers reads the policies of the machine, which are over those of the user.
func (Local) Browsers() (all []Policies) {
	for _, b := range []struct{ name, path string }{
		{"Chrome", `SOFTWARE\Policies\Google\Chrome`}, {"Edge", `SOFTWARE\Policies\Microsoft\Edge`}, {"Chromium", `SOFTWARE\Policies\Chromium`},
	} {
		for _, root := range []struct {
			name string
			key  registry.Key
		}{{"HKLM", registry.LOCAL_MACHINE}, {"HKCU", registry.CURRENT_USER}} {
			if p, ok := policies(b.name, root.name+`\`+b.path, root.key, b.path); ok {
				all = append(all, p)
				break
			}
		}
	}
	return all
}

func policies(browser, place string, root registry.Key, path string) (Policies, bool) {
	p := Policies{Browser: browser, Place: place, Values: map[string]any{}}
	k, err := registry.OpenKey(root, path, registry.READ)
	if err != nil {
		return p, false
	}
	defer func() { _ = k.Close() }()
	if n, _, err := k.GetIntegerValue("BlockThirdPartyCookies"); err == nil {
		p.Values["BlockThirdPartyCookies"] = float64(n)
	}
	for _, name := range slices.Concat(allowed, blocked) {
		if list := values(root, path+`\`+name); len(list) > 0 {
			p.Values[name] = list
		}
	}
	return p, true
}

// Zone looks where the Site to Zone Assignment List puts an origin: policy
// first, then what the person has set. Zone 1 is the local intranet. Source:
// Microsoft, "Internet Explorer security zones registry entries".
func (Local) Zone(origin string) (lacks []string, ok bool) {
	u, err := url.Parse(origin)
	if err != nil {
		return []string{err.Error()}, true
	}
	const list, domains = `SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMapKey`, `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap\Domains\`
	for _, root := range []registry.Key{registry.LOCAL_MACHINE, registry.CURRENT_USER} {
		for _, site := range []string{origin, u.Hostname(), "*." + parent(u.Hostname())} {
			if text(root, list, site) == "1" {
				return nil, true
			}
		}
		for _, key := range []string{u.Hostname(), parent(u.Hostname()), parent(u.Hostname()) + `\` + strings.TrimSuffix(u.Hostname(), "."+parent(u.Hostname()))} {
			if number(root, domains+key, u.Scheme) == 1 || number(root, domains+key, "*") == 1 {
				return nil, true
			}
		}
	}
	return []string{origin + " is not in it"}, true
}

// parent is a host without its first label.
func parent(host string) string {
	_, rest, _ := strings.Cut(host, ".")
	return rest
}

// The registry, read; what is not there is empty.

func keys(root registry.Key, path string) []string {
	k, err := registry.OpenKey(root, path, registry.READ)
	if err != nil {
		return nil
	}
	defer func() { _ = k.Close() }()
	names, _ := k.ReadSubKeyNames(-1) // what can be read
	slices.Sort(names)
	return names
}

func text(root registry.Key, path, value string) string {
	k, err := registry.OpenKey(root, path, registry.READ)
	if err != nil {
		return ""
	}
	defer func() { _ = k.Close() }()
	s, _, _ := k.GetStringValue(value) // no value is empty
	return s
}

func number(root registry.Key, path, value string) uint64 {
	k, err := registry.OpenKey(root, path, registry.READ)
	if err != nil {
		return 0
	}
	defer func() { _ = k.Close() }()
	n, _, _ := k.GetIntegerValue(value) // no value is 0
	return n
}

func values(root registry.Key, path string) (all []any) {
	k, err := registry.OpenKey(root, path, registry.READ)
	if err != nil {
		return nil
	}
	defer func() { _ = k.Close() }()
	names, _ := k.ReadValueNames(-1) // what can be read
	for _, n := range names {
		if s, _, err := k.GetStringValue(n); err == nil {
			all = append(all, s)
		}
	}
	return all
}
