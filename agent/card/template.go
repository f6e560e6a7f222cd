package card

import "context"

// Template is a VERIFY command that the reader completes with what is typed on
// its own keys: the header, Lc, and the block full of padding, into which the
// characters go from the left as ASCII.
type Template struct {
	Command []byte
	Rule    Rule
}

// Templater is a Card whose passcode can be typed on the reader. All series
// here are; a card that pads in another way would not be.
type Templater interface {
	// Template is for the application that Identify selects.
	Template(ctx context.Context) (Template, error)
}

// PaddedTemplate is VERIFY for reference with a block of length bytes FF.
func PaddedTemplate(reference byte, length int, r Rule) Template {
	command := []byte{0x00, 0x20, 0x00, reference, byte(length)}
	for range length {
		command = append(command, 0xFF)
	}
	return Template{command, r}
}
