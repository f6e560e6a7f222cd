//go:build !cgo && !windows

package pcsc

// System has no way to the machine's readers without cgo.
func System() Service { return none{} }

type none struct{}

func (none) Establish() (Context, error) { return nil, Code(0x8010001D) } // SCARD_E_NO_SERVICE
