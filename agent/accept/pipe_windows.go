package accept

import "golang.org/x/sys/windows"

// Occupy takes the place at the instance with which go-winio reserves a pipe's name.
// Windows keeps that one closed, and says at once that nobody accepts yet; under Wine
// it is open, and the first caller would wait there for an answer.
func Occupy(pipe string) {
	name, err := windows.UTF16PtrFromString(pipe)
	if err != nil {
		return
	}
	const nobody = 0x00100000 // SECURITY_SQOS_PRESENT, with SECURITY_ANONYMOUS
	h, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, 0, nil, windows.OPEN_EXISTING, nobody, 0)
	if err == nil {
		_ = windows.CloseHandle(h)
	}
}
