package portservice

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// PortStatus is one port as a browser of this user would find it.
type PortStatus struct {
	ID    int    `json:"id"` // the port
	Title string `json:"title"`
	OK    bool   `json:"ok"`              // a port service answers
	Agent int    `json:"agent,omitempty"` // and knows this user's agent there
}

// Status asks every port. It never fails: what is wrong is in the rows.
func Status(ctx context.Context, ports []int) []PortStatus {
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}
	rows := make([]PortStatus, 0, len(ports))
	for _, p := range ports {
		rows = append(rows, status(ctx, client, p))
	}
	return rows
}

func status(ctx context.Context, client *http.Client, port int) PortStatus {
	row := PortStatus{ID: port}
	var hello struct {
		Code string `json:"statusCode"`
	}
	if err := get(ctx, client, port, "ConnectPRService", &hello); err != nil || hello.Code != "200" {
		row.Title = "no port service answers"
		if holder := Squatter(port); holder != "unknown" {
			row.Title = "taken by " + holder
		}
		return row
	}
	row.OK, row.Title = true, "answers; no agent of this user is registered"
	var where struct {
		Data *struct {
			Port int `json:"portNumber"`
		} `json:"portData"`
	}
	if err := get(ctx, client, port, "GetPortNumber", &where); err == nil && where.Data != nil {
		row.Agent, row.Title = where.Data.Port, fmt.Sprintf("answers; this user's agent is on port %d", where.Data.Port)
	}
	return row
}

func get(ctx context.Context, client *http.Client, port int, call string, v any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/PRS/%s", port, call), nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	return json.NewDecoder(io.LimitReader(resp.Body, 4096)).Decode(v)
}
