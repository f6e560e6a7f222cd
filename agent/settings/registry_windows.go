package settings

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// Registry is a tier kept as the values of one key.
type Registry struct {
	Root registry.Key
	Name string // of Root, as people write it: HKLM, HKCU
	Path string
	View uint32 // registry.WOW64_64KEY, registry.WOW64_32KEY or neither
}

// System are this computer's tiers; userFolder is for systems without a
// registry. The keys are those of the real Smartcard Connect: policies are in
// the 64-bit view, the machine's values in the 32-bit view (Wow6432Node),
// whichever of the two this program is.
func System(string) []Layer {
	return []Layer{
		{Policy, Registry{registry.LOCAL_MACHINE, "HKLM", `SOFTWARE\Policies\NHS\SmartcardConnect`, registry.WOW64_64KEY}},
		{Machine, Registry{registry.LOCAL_MACHINE, "HKLM", `SOFTWARE\NHS\SmartcardConnect`, registry.WOW64_32KEY}},
		{User, Registry{registry.CURRENT_USER, "HKCU", `SOFTWARE\NHS\SmartcardConnect`, 0}},
	}
}

// place is the key as an administrator finds it in an editor.
func (r Registry) place() string {
	path := r.Path
	if r.View == registry.WOW64_32KEY && !strings.HasPrefix(path, `SOFTWARE\Policies\`) {
		path = strings.Replace(path, `SOFTWARE\`, `SOFTWARE\Wow6432Node\`, 1)
	}
	return r.Name + `\` + path
}

// Read is Source's.
func (r Registry) Read() (values []Raw, complaints []Complaint) {
	key, err := registry.OpenKey(r.Root, r.Path, registry.QUERY_VALUE|r.View)
	if errors.Is(err, registry.ErrNotExist) {
		return nil, nil
	}
	whole := func(err error) []Complaint {
		return append(complaints, Complaint{Place: r.place(), Reason: err.Error()})
	}
	if err != nil {
		return nil, whole(err)
	}
	defer func() { _ = key.Close() }()
	names, err := key.ReadValueNames(0)
	if err != nil {
		return nil, whole(err)
	}
	for _, name := range names {
		if name == "" {
			continue // the key's default value, which editors show for every key
		}
		v, err := value(key, name)
		if err != nil {
			complaints = append(complaints, Complaint{Place: r.place(), Name: name, Reason: err.Error()})
			continue
		}
		v.Place = r.place()
		values = append(values, v)
	}
	return values, complaints
}

// value reads one value. Types that no setting has are named, for a complaint.
func value(key registry.Key, name string) (raw Raw, err error) {
	_, kind, err := key.GetValue(name, nil)
	if err != nil {
		return raw, err
	}
	raw = Raw{Name: name, Type: typeName(kind)}
	switch kind {
	case registry.SZ, registry.EXPAND_SZ:
		var s string
		s, _, err = key.GetStringValue(name)
		raw.Value = []string{s}
	case registry.MULTI_SZ:
		raw.Value, _, err = key.GetStringsValue(name)
	case registry.DWORD, registry.QWORD:
		var n uint64
		n, _, err = key.GetIntegerValue(name)
		raw.Value = []string{strconv.FormatUint(n, 10)}
	}
	return raw, err
}

func typeName(kind uint32) string {
	names := []string{"REG_NONE", "REG_SZ", "REG_EXPAND_SZ", "REG_BINARY", "REG_DWORD", "REG_DWORD_BIG_ENDIAN", "REG_LINK", "REG_MULTI_SZ",
		"REG_RESOURCE_LIST", "REG_FULL_RESOURCE_DESCRIPTOR", "REG_RESOURCE_REQUIREMENTS_LIST", "REG_QWORD"}
	if int(kind) < len(names) {
		return names[kind]
	}
	return fmt.Sprintf("type %d", kind)
}

// Watch is Source's. It waits on the key, or on the nearest key above it for
// something to come. A wait belongs to the thread that began it
// (RegNotifyChangeKeyValue), so it keeps one.
func (r Registry) Watch(ctx context.Context, changed func()) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	end, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(end) }()
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { _ = windows.SetEvent(end); close(ended) })
	defer func() {
		if !stop() {
			<-ended // it must not set a handle that is closed
		}
	}()
	for ctx.Err() == nil {
		if err := r.wait(end, changed); err != nil {
			return err
		}
	}
	return nil
}

// wait arms, lets the values be read, and returns after one change or the end.
func (r Registry) wait(end windows.Handle, changed func()) error {
	key, exact, err := r.nearest()
	if err != nil {
		return err
	}
	defer func() { _ = key.Close() }()
	event, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(event) }()
	what := uint32(windows.REG_NOTIFY_CHANGE_NAME)
	if exact {
		what |= windows.REG_NOTIFY_CHANGE_LAST_SET
	}
	if err := windows.RegNotifyChangeKeyValue(windows.Handle(key), false, what, event, true); err != nil {
		return err
	}
	if _, now, err := r.nearest(); err == nil && now && !exact {
		return nil // it came meanwhile
	}
	changed()
	_, err = windows.WaitForMultipleObjects([]windows.Handle{event, end}, false, windows.INFINITE)
	return err
}

// nearest opens the key, or the nearest one above it that is there.
func (r Registry) nearest() (key registry.Key, exact bool, err error) {
	for path := r.Path; ; path = path[:strings.LastIndex(path, `\`)] {
		key, err = registry.OpenKey(r.Root, path, registry.NOTIFY|r.View)
		if err == nil || !errors.Is(err, registry.ErrNotExist) || !strings.Contains(path, `\`) {
			return key, path == r.Path, err
		}
	}
}
