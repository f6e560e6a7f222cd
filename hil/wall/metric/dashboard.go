package metric

import _ "embed"

// Dashboard is a Grafana dashboard (schema 39), to be imported there: it asks a
// Prometheus that scrapes the hub.
//
//go:embed grafana/farm.json
var Dashboard []byte
