// Package rigs holds the benches of this project, one YAML file each.
package rigs

import "embed"

// Files are the rig files, by name such as virtual.yaml.
//
//go:embed *.yaml
var Files embed.FS

// Default is the bench that needs no hardware.
const Default = "virtual.yaml"
