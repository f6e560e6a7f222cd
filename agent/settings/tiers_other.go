//go:build !windows

package settings

import "path/filepath"

// SystemFolder is where the policy and machine tiers are: policy.d and settings.
const SystemFolder = "/etc/smartcard-connect"

// System are this computer's tiers. userFolder is the person's own folder for
// configuration, $XDG_CONFIG_HOME or ~/.config; empty leaves the user tier out.
// Policy and machine count only when nobody but root can have written them.
func System(userFolder string) []Layer {
	layers := []Layer{
		{Policy, Files{Paths: []string{filepath.Join(SystemFolder, "policy.d")}, Trusted: rootOnly()}},
		{Machine, Files{Paths: []string{filepath.Join(SystemFolder, "settings")}, Trusted: rootOnly()}},
	}
	if userFolder != "" {
		layers = append(layers, Layer{User, Files{Paths: []string{filepath.Join(userFolder, "smartcard-connect", "settings")}}})
	}
	return layers
}
