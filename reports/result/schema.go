package result

import _ "embed"

//go:embed schema/report.json
var schema string

// JSONSchema is the published schema of report.json and cell.json, JSON Schema
// draft 2020-12.
func JSONSchema() string { return schema }
