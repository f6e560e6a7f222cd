package attest

import "fmt"

// Role is what a file is signed as. A signature holds for one role only, so that
// none can be had under another's name.
type Role string

// The roles of files.
const (
	RolePolicy  Role = "policy"
	RolePlan    Role = "plan"
	RoleWaivers Role = "waivers"
)

type fileRole struct {
	Role Role `json:"role"`
}

// SignFile signs a file as something. The bundle goes beside it, as
// NAME.sigstore.json.
func SignFile(by Signer, role Role, name string, content []byte) (*Bundle, error) {
	s, err := About([]Artifact{Bytes(name, content)}, TypeFile, fileRole{role})
	if err != nil {
		return nil, err
	}
	return Sign(by, s)
}

// VerifyFile checks that one of the keys signed this content as this.
func VerifyFile(b *Bundle, keys []Key, role Role, content []byte) error {
	s, _, err := b.VerifyAny(keys)
	if err != nil {
		return fmt.Errorf("%s: %w", role, err)
	}
	var f fileRole
	if err := s.Into(TypeFile, &f); err != nil {
		return fmt.Errorf("%s: %w", role, err)
	}
	if f.Role != role {
		return fmt.Errorf("%s: %w: it was signed as %s", role, ErrMeaning, f.Role)
	}
	if len(s.Subjects) != 1 || s.Subjects[0].SHA256 != Bytes("", content).SHA256 {
		return fmt.Errorf("%s: %w: it was signed over another file", role, ErrMeaning)
	}
	return nil
}
